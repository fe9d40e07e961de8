{% macro required_rows() -%}
    {#- The rows that seeds must have whatever else is in them, as pairs of the seed and the row as
        config_row names it: the names that the models rely on, and complete seeds completely. -#}
    {%- set rows = [
        ('policies', 'policy=default'),
        ('business_lines', 'business_line=default'),
        ('business_goals', 'goal=balanced'),
        ('tiers', 'tier_code=L'),
        ('tiers', 'tier_code=P'),
        ('contact_channels', 'word=none'),
    ] -%}
    {%- for seed, part, kind in [
        ('component_weights', 'component', 'components'), ('method_settings', 'setting', 'settings'),
    ] -%}
        {%- for method, name in declared_parts(kind) -%}
            {%- do rows.append((seed, 'policy=default, method=' ~ method ~ ', ' ~ part ~ '=' ~ name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for method in scoring_methods() -%}
        {%- do rows.append(('methods', 'method=' ~ method)) -%}
    {%- endfor -%}
    {%- do rows.extend([
        ('segment_labels', 'method=persona, segment=everyday_shopper'),
        ('segment_labels', 'method=scenario, segment=none'),
        ('segment_labels', 'method=attitude, segment=undecided'),
        ('segment_labels', 'method=attitude, segment=no_answer'),
        ('segment_labels', 'method=market, segment=general_market'),
        ('segment_labels', 'method=cluster, segment=unclustered'),
        ('segment_labels', 'method=value_loyalty, segment=unknown'),
        ('segment_labels', 'method=value_engagement, segment=unknown'),
        ('segment_labels', 'method=worth, segment=high'),
        ('segment_labels', 'method=worth, segment=mid'),
        ('segment_labels', 'method=worth, segment=low'),
    ]) -%}
    {%- for method in ['rfm', 'rfm_zh', 'lifecycle', 'persona', 'cluster', 'value_loyalty', 'value_engagement', 'worth'] -%}
        {%- do rows.append(('segment_labels', 'method=' ~ method ~ ', segment=prospect')) -%}
    {%- endfor -%}
    {%- for seed, rules in config_rules().items() if rules.complete -%}
        {%- for row in complete_rows(rules) %}{% do rows.append((seed, row)) %}{% endfor -%}
    {%- endfor -%}
    {{ return(rows) }}
{%- endmacro %}


{% macro complete_rows(rules) -%}
    {#- The rows, as config_row names them, of a seed with all combinations of its key's choices. -#}
    {%- set so_far = namespace(rows=['']) -%}
    {%- for column in rules.key -%}
        {%- set longer = [] -%}
        {%- for row in so_far.rows -%}
            {%- for choice in rules.columns[column].choices -%}
                {%- do longer.append(row ~ (', ' if row) ~ column ~ '=' ~ choice) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set so_far.rows = longer -%}
    {%- endfor -%}
    {{ return(so_far.rows) }}
{%- endmacro %}


{% macro situations_before_stage() -%}
    {#- What comes before the lifecycle stage in the choice of an action (seed actions), and whose it can be: of
        customers (all tiers but L and P), of the lapsed (L), of prospects (P). See action_choices. -#}
    {{ return({
        'service_first': ['customers', 'L'], 'detractor': ['customers', 'L'], 'renewal_due': ['customers'],
        'open_deal': ['customers', 'L', 'P'], 'won_deal': ['P'], 'contract_unused': ['customers'],
    }) }}
{%- endmacro %}


{% macro is_action_case(tier, stage, worth) -%}
    {#- Whether somebody can be in a tier, a situation or stage, and of a worth: what the seed actions has a row for. -#}
    {%- set of = {'customers': ["''"], 'L': ["''"], 'P': ["'prospect'"]} -%}
    {%- for situation, owners in situations_before_stage().items() -%}
        {%- for owner in owners -%}{%- do of[owner].append("'" ~ situation ~ "'") -%}{%- endfor -%}
    {%- endfor -%}
    {%- set situations = "'" ~ situations_before_stage() | join("', '") ~ "'" -%}
    case
        when {{ tier }} = 'P' then {{ worth }} = 'any' and {{ stage }} in ({{ of.P | join(', ') }})
        when {{ tier }} = 'L' and {{ stage }} = 'churned' then {{ worth }} <> 'any'
        when {{ tier }} = 'L' then {{ worth }} = 'any' and {{ stage }} in ({{ of.L | join(', ') }})
        when {{ stage }} in ({{ situations }}) then {{ worth }} = 'any' and {{ stage }} in ({{ of.customers | join(', ') }})
        else {{ worth }} = 'any' and {{ stage }} not in ('churned', 'prospect')
    end
{%- endmacro %}
