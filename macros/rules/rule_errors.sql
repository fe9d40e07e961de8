{#- What is wrong with the seed `rules`: rows for config_literals, worked out while config_errors compiles,
    from the very rules that the models get. -#}

{% macro rule_errors() -%}
    {%- set errors, metrics, operators = [], rule_metrics(), rule_operators() -%}
    {%- set policies = ['all'] -%}
    {#- What a seed lacks is told by seed_column_errors. -#}
    {%- set can_be_read = execute and load_relation(table_of('seeds', 'rules'))
        and config_rules()['rules'].columns | reject('in', seed_columns('rules')) | list == [] -%}
    {%- if can_be_read -%}
        {%- do policies.extend(asked_column('select policy from ' ~ ref('policies') ~ ' order by 1')) -%}
    {%- endif -%}
    {%- for rule_set in rule_sets() if can_be_read -%}
        {%- set rules = rules_of(rule_set) -%}
        {%- for rule in rules -%}
            {%- set row = 'rule_set=' ~ rule_set ~ ', policy=' ~ rule.policy ~ ', rule=' ~ rule.rule -%}
            {%- if rule.policy not in policies -%}
                {%- do errors.append((row, 'there is no policy ' ~ rule.policy, 'one of: ' ~ policies | join(', '))) -%}
            {%- endif -%}
            {%- for group in rule.groups %}{% for condition in group -%}
                {%- do errors.extend(condition_errors(row, condition, metrics, operators)) -%}
            {%- endfor -%}
                {%- if group_contradicts(group, metrics) -%}
                    {%- do errors.append((row, 'no customer can meet ' ~ rule_text({'groups': [group]}),
                        'conditions that can hold together, or another condition_group')) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- for earlier in rules[:loop.index0] if earlier.policy in ['all', rule.policy] -%}
                {%- if earlier.priority == rule.priority and earlier.rule != rule.rule and rule_set != 'tag' -%}
                    {%- do errors.append((row, 'priority ' ~ rule.priority ~ ' is that of the rule ' ~ earlier.rule,
                        'a priority of its own')) -%}
                {%- elif rule_set != 'tag' and earlier.rule != rule.rule and not group_contradicts(rule.groups[0], metrics)
                    and is_hidden_by(rule, earlier, metrics) -%}
                    {%- do errors.append((row, 'it is never reached: whoever meets it meets the rule '
                        ~ earlier.rule ~ ' before it', 'a narrower rule ' ~ earlier.rule ~ ', or a lower priority number'))
                    -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set told = [] -%}
    {%- for row, problem, remedy in errors %}{% do told.append(('seeds/rules.csv', row, problem, remedy)) %}{% endfor -%}
    {{ return(told | unique | list) }}
{%- endmacro %}


{% macro condition_errors(row, condition, metrics, operators) -%}
    {%- set kind, asks = metrics.get(condition.metric), condition.operator in ['is_null', 'is_not_null'] -%}
    {%- set row = row ~ ', metric=' ~ condition.metric -%}
    {%- if not kind -%}
        {%- set near, models = [], [] -%}
        {%- for metric in metrics -%}
            {%- do models.append(metric.split('.')[0]) -%}
            {%- if models[-1] == (condition.metric or '').split('.')[0] %}{% do near.append(metric) %}{% endif -%}
        {%- endfor -%}
        {{ return([(row, 'there is no measure ' ~ condition.metric,
            'one of: ' ~ near | sort | join(', ') if near
            else 'model.column, of one of: ' ~ models | unique | sort | join(', '))]) }}
    {%- elif condition.operator not in operators -%}
        {{ return([]) }}
    {%- elif kind not in operators[condition.operator] -%}
        {{ return([(row, 'the operator ' ~ condition.operator ~ ' cannot be asked of a ' ~ kind,
            'one of: ' ~ operators_of(kind, operators))]) }}
    {%- elif asks and condition.value -%}
        {{ return([(row, condition.operator ~ ' has the value "' ~ condition.value ~ '"', 'no value')]) }}
    {%- elif not asks and not rule_value_is_valid(condition.value, kind) -%}
        {{ return([(row, 'value is "' ~ (condition.value or '') ~ '", but the measure is a ' ~ kind,
            {'number': 'a number such as 12.5', 'date': 'a date such as 2024-01-31', 'truth': 'true or false',
                'text': 'a text'}[kind])]) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}


{% macro operators_of(kind, operators) -%}
    {%- set found = [] -%}
    {%- for operator, kinds in operators.items() if kind in kinds %}{% do found.append(operator) %}{% endfor -%}
    {{ return(found | join(', ')) }}
{%- endmacro %}
