{#- What the seeds must look like: per seed its key and, per column, a rule. config_values
    compiles the rules to SQL. They stand here and not beside the seeds, because a project that
    installs this one may bring a seed of its own in place of ours.

    A rule: type text (with a pattern, and what it means in words), integer or number (from, to,
    above), probability, choice (choices), code (a value of another seed's column, `in`); may_be_empty.
    A seed that is `complete` has a row for every combination of the choices of its key. -#}

{% macro config_rules() -%}
    {%- set text = {'type': 'text'} -%}
    {%- set note = {'type': 'text', 'may_be_empty': true} -%}
    {%- set names = {'name_en': text, 'name_zh': text, 'description_en': note, 'description_zh': note} -%}
    {%- set identifier = {
        'type': 'text', 'pattern': '^[a-z][a-z0-9_]*$', 'says': 'small letters, digits and _'
    } -%}
    {%- set policy = {'type': 'code', 'in': 'policies.policy'} -%}
    {%- set method = {'type': 'code', 'in': 'methods.method'} -%}
    {%- set tier = {'type': 'code', 'in': 'tiers.tier_code'} -%}
    {%- set stage = {'type': 'code', 'in': 'lifecycle_cells.segment'} -%}
    {%- set level = {'type': 'choice', 'choices': ['high', 'low']} -%}
    {%- set bound = {'type': 'integer', 'from': 0, 'to': 100} -%}
    {%- set count = {'type': 'integer', 'from': 1} -%}
    {%- set ratio = {'type': 'number', 'above': 1} -%}
    {%- set five = ['1', '2', '3', '4', '5'] -%}
    {%- set cells = [] -%}
    {%- for r in five %}{% for f in five %}{% for m in five -%}
        {%- do cells.append(r ~ f ~ m) -%}
    {%- endfor %}{% endfor %}{% endfor -%}

    {%- set identity_column = '(name|email|phone|birth_date|member_number|union_id|linked_customer_id)' -%}
    {%- set identity_columns_pattern = '^' ~ identity_column ~ '([+]' ~ identity_column ~ ')*$' -%}

    {{ return(dict(method_rules(), **{
        'policies': {'key': ['policy'], 'columns': dict(
            policy=text, policy_version=text,
            band_method={'type': 'choice', 'choices': ['percentile', 'score']}, calibration={'type': 'choice', 'choices': ['month', 'quarter', 'half-year', 'year']}, **names)},
        'business_lines': {'key': ['business_line'], 'columns': dict(
            business_line={'type': 'text', 'pattern': '^[^A-Z]+$', 'says': 'a code without capitals'},
            policy=policy, goal={'type': 'code', 'in': 'business_goals.goal'}, name_en=text, name_zh=text)},
        'methods': {'key': ['method'], 'columns': dict(
            method=identifier, use_en=note, avoid_en=note, use_zh=note, avoid_zh=note, **names)},
        'tiers': {'key': ['tier_code'], 'columns': dict(
            tier_code={'type': 'text', 'pattern': '^[A-Za-z][A-Za-z0-9_]*$', 'says': 'letters, digits and _'},
            tier_rank=count, **names)},
        'policy_weights': {'key': ['policy', 'method'], 'columns': dict(
            policy=policy, method=method, weight={'type': 'number', 'from': 0, 'to': 1})},
        'pyramid_levels': {'key': ['level'], 'columns': dict(
            level=identifier, level_rank=count, share={'type': 'integer', 'from': 1, 'to': 99}, name_en=text,
            name_zh=text)},
        'tier_bands': {'key': ['policy', 'tier_code'], 'columns': dict(
            policy=policy, tier_code=tier, lower_bound=bound, upper_bound=bound,
            grace_periods={'type': 'integer', 'from': 0, 'to': 12})},
        'guardrails': {'key': ['rule'], 'may_be_empty': true, 'columns': dict(
            rule=identifier, best_tier=tier, worst_tier=tier, reason_en=text, reason_zh=text)},
        'lifecycle_thresholds': {'key': ['policy'], 'columns': dict(
            policy=policy, min_purchase_days={'type': 'integer', 'from': 2}, min_interval_days=count,
            default_interval_days=count, min_rhythm_customers=count, late_ratio=ratio,
            dormant_ratio=ratio, zero_health_ratio=ratio,
            max_return_share={'type': 'number', 'from': 0, 'to': 1}, new_days={'type': 'integer', 'from': 0},
            established_purchase_days=count)},
        'lifecycle_cells': {'key': ['rhythm_state', 'history_state'], 'complete': true, 'columns': dict(
            rhythm_state={'type': 'choice', 'choices': [
                'on_time', 'late', 'long_overdue', 'lapsed', 'never_bought']},
            history_state={'type': 'choice', 'choices': ['new', 'returned', 'developing', 'established']},
            segment=text)},
        'rfm_cells': {'key': ['rfm_cell'], 'complete': true, 'columns': dict(
            rfm_cell={'type': 'choice', 'choices': cells, 'says': 'three digits from 1 to 5, such as 545'},
            segment=text)},
        'rfm_levels': {'key': ['rfm_score'], 'complete': true, 'columns': dict(
            rfm_score={'type': 'choice', 'choices': five}, level=level)},
        'rfm_classes': {'key': ['r_level', 'f_level', 'm_level'], 'complete': true, 'columns': dict(
            r_level=level, f_level=level, m_level=level, segment=text)},
        'segment_labels': {'key': ['method', 'segment'], 'columns': dict(method=text, segment=text, **names)},
        'actions': {'key': ['tier_code', 'lifecycle_stage', 'worth'], 'columns': dict(
            tier_code=tier, lifecycle_stage=identifier,
            worth={'type': 'choice', 'choices': ['any', 'high', 'mid', 'low']}, action_code=text, action_en=text, action_zh=text,
            channel={'type': 'code', 'in': 'contact_channels.channel'}, cadence_days=count, owner_role=text,
            budget_class={'type': 'choice', 'choices': ['none', 'low', 'medium', 'high']},
            priority={'type': 'integer', 'from': 1, 'to': 5}, expected_effect_en=text,
            expected_effect_zh=text, risk_en=text, risk_zh=text)},
        'gate_bounds': {'key': ['bound'], 'complete': true, 'columns': dict(
            bound={'type': 'choice', 'choices': gate_bound_names()},
            value={'type': 'number', 'from': 0}, unit=note, description=note)},
        'order_statuses': {'key': ['status'], 'columns': dict(
            status=text, is_sale={'type': 'choice', 'choices': ['true', 'false']},
            money_back={'type': 'choice', 'choices': ['all', 'part'], 'may_be_empty': true})},
        'consent_states': {'key': ['state'], 'columns': dict(
            state={'type': 'text', 'pattern': '^[^A-Z]+$', 'says': 'a word without capitals'},
            is_permitted={'type': 'choice', 'choices': ['true', 'false']})},
        'contact_channels': {'key': ['word'], 'columns': dict(
            word={'type': 'text', 'pattern': '^[^A-Z]+$', 'says': 'a word without capitals'}, channel=identifier)},
        'identity_rules': {'key': ['rule'], 'columns': dict(
            rule=identifier,
            columns={'type': 'text', 'pattern': identity_columns_pattern, 'says':
                'columns such as name+birth_date, of name, email, phone, birth_date, member_number, union_id'},
            trust={'type': 'integer', 'from': 1, 'to': 9}, most_records={'type': 'integer', 'from': 2},
            unless={'type': 'choice', 'choices': ['names_differ', 'contacts_differ'], 'may_be_empty': true},
            meaning_en=text, meaning_zh=text)},
        'identity_weights': {'key': ['level'], 'complete': true, 'may_be_empty': true, 'columns': dict(
            level={'type': 'choice', 'choices': likely_levels()},
            m_probability={'type': 'probability'}, u_probability={'type': 'probability'})},
        'reject_reasons': {'key': ['reject_reason'], 'columns': dict(
            reject_reason=text, remedy_en=text, remedy_zh=text)},
        'reading_notes': {'key': ['note'], 'columns': dict(
            note=text, is_to_act_on={'type': 'choice', 'choices': ['true', 'false']}, meaning_en=text,
            meaning_zh=text)},
    })) }}
{%- endmacro %}

