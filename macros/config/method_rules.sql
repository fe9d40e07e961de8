{#- What the seeds of the methods and of calibration must look like; see config_rules. -#}

{% macro method_rules() -%}
    {%- set text = {'type': 'text'} -%}
    {%- set note = {'type': 'text', 'may_be_empty': true} -%}
    {%- set names = {'name_en': text, 'name_zh': text, 'description_en': note, 'description_zh': note} -%}
    {%- set number = {'type': 'number'} -%}
    {%- set identifier = {
        'type': 'text', 'pattern': '^[a-z][a-z0-9_]*$', 'says': 'small letters, digits and _'
    } -%}
    {%- set policy = {'type': 'code', 'in': 'policies.policy'} -%}
    {%- set method = {'type': 'code', 'in': 'methods.method'} -%}

    {{ return({
        'accepted_calibrations': {'key': ['calibration_date'], 'may_be_empty': true, 'columns': dict(
            calibration_date={'type': 'text', 'pattern': '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$', 'says':
                'a date such as 2026-12-31'}, accepted_by=text, reason=text)},
        'rules': {'key': ['rule_set', 'policy', 'rule', 'condition_group', 'metric', 'operator'],
            'may_be_empty': true, 'columns': dict(
            rule_set={'type': 'choice', 'choices': rule_sets()}, policy=text, rule=identifier,
            priority={'type': 'integer', 'from': 1}, condition_group={'type': 'integer', 'from': 1},
            metric=text, operator={'type': 'choice', 'choices': rule_operators() | list}, value=note)},
        'event_points': {'key': ['event_type'], 'may_be_empty': true, 'columns': dict(
            event_type={'type': 'text', 'pattern': '^[^A-Z]+$', 'says': 'a code without capitals'},
            event_group={'type': 'choice', 'choices': [
                'visit', 'view', 'favourite', 'cart', 'search', 'share', 'review', 'contact', 'touch',
                'response', 'referral', 'referral_won', 'other']},
            points={'type': 'number', 'from': 0, 'to': 1000}, half_life_days={'type': 'integer', 'from': 1})},
        'opportunity_stages': {'key': ['stage'], 'may_be_empty': true, 'columns': dict(
            stage=text, stage_kind={'type': 'choice', 'choices': ['open', 'won', 'lost']},
            probability={'type': 'number', 'from': 0, 'to': 1})},
        'survey_questions': {'key': ['question'], 'may_be_empty': true, 'columns': dict(
            question=text, attitude={'type': 'choice', 'choices': ['nps', 'price', 'novelty', 'service', 'quality']},
            lowest=number, highest=number)},
        'potential_points': {'key': ['attribute', 'value'], 'may_be_empty': true, 'columns': dict(
            attribute={'type': 'choice', 'choices': ['company_size', 'industry']}, value=text,
            points={'type': 'number', 'from': 0, 'to': 100})},
        'market_priorities': {'key': ['tier_code', 'segment'], 'columns': dict(
            tier_code={'type': 'code', 'in': 'tiers.tier_code'}, segment=identifier,
            priority={'type': 'integer', 'from': 1, 'to': 5})},
        'gift_categories': {'key': ['category'], 'may_be_empty': true, 'columns': dict(category=text)},
        'matrix_axes': {'key': ['matrix', 'place'], 'complete': true, 'columns': dict(
            matrix={'type': 'choice', 'choices': ['value_loyalty', 'value_engagement']},
            place={'type': 'choice', 'choices': ['1', '2']}, axis=identifier,
            method={'type': 'choice', 'choices': scoring_methods()},
            high_from={'type': 'number', 'from': 0, 'to': 100})},
        'method_settings': {'key': ['policy', 'method', 'setting'], 'may_be_empty': true, 'columns': dict(
            policy=policy, method=method, setting=identifier, value=number, lowest=dict(number, may_be_empty=true),
            highest=dict(number, may_be_empty=true), unit=note, description=note)},
        'component_weights': {'key': ['policy', 'method', 'component'], 'columns': dict(
            policy=policy, method=method, component=identifier,
            weight={'type': 'number', 'from': 0})},
        'evaluated_measures': {'key': ['measure'], 'columns': dict(
            measure=identifier, name_en=note, name_zh=note, needs_en=text, needs_zh=text)},
        'method_guide_rules': {'key': ['goal', 'data', 'business_model', 'method'], 'columns': dict(
            goal={'type': 'code', 'in': 'business_goals.goal'}, data=text, business_model=text, method=method,
            reason_en=text, reason_zh=text)},
        'business_goals': {'key': ['goal'], 'columns': dict(goal=identifier, **names)},
        'goal_weights': {'key': ['goal', 'method'], 'may_be_empty': true, 'columns': dict(
            goal={'type': 'code', 'in': 'business_goals.goal'}, method=method,
            change={'type': 'number', 'from': -1, 'to': 1})},
    }) }}
{%- endmacro %}


{% macro ordered_settings() -%}
    {#- Settings of a method of which the first must be below the second. -#}
    {%- set pairs = [
        ('engagement', 'mid_score', 'high_score'), ('potential', 'fast_cycle_days', 'slow_cycle_days'),
    ] -%}
    {%- for n in range(1, 5) %}{% do pairs.append(('monetary', 'amount_' ~ n, 'amount_' ~ (n + 1))) %}{% endfor -%}
    {{ return(pairs) }}
{%- endmacro %}


{% macro declared_parts(kind) -%}
    {#- What the models name in their meta, as pairs of the method and the part.
        Args: kind: components or settings. -#}
    {%- set parts = [] -%}
    {%- for node in (graph.nodes or {}).values() if node.resource_type == 'model' and kind in node.config.meta -%}
        {%- for part in node.config.meta[kind] -%}
            {%- do parts.append((modules.re.sub('^(score|segment|fit)_', '', node.name), part)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(parts | unique | list) }}
{%- endmacro %}
