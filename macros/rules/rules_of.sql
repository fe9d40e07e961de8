{#- Rules that business people write: the seed `rules` holds conditions on measures, one macro compiles
    them. A rule is met where all conditions of one of its groups are. Nothing of the seed becomes SQL
    but through rule_condition: metrics and operators are looked up, values are quoted or are numbers. -#}

{% macro rules_of(rule_set) -%}
    {#- The rules of a set, by policy and priority, as the seed has them while the model compiles: a list
        of {policy, rule, priority, groups: [[{metric, operator, value, kind}]]}, kind as rule_metrics has it
        or none. Empty before the seed exists. -#}
    {%- set rules, seed = [], table_of('seeds', 'rules') -%}
    {%- if execute and model.resource_type != 'unit_test' and load_relation(seed) -%}
        {%- set kinds = rule_metrics() -%}
        {%- for row in run_query(
            'select policy, rule, priority, condition_group, metric, operator, value from ' ~ seed
            ~ " where rule_set = '" ~ rule_set ~ "' and try_cast(priority as integer) is not null"
            ~ ' order by cast(priority as integer), policy, rule, condition_group, metric, operator, value'
        ).rows -%}
            {%- set condition = {'metric': row[4], 'operator': row[5], 'value': row[6], 'kind': kinds.get(row[4])} -%}
            {%- if not rules or rules[-1].rule != row[1] or rules[-1].policy != row[0] -%}
                {%- do rules.append({'policy': row[0], 'rule': row[1], 'priority': row[2] | int,
                    'group': none, 'groups': []}) -%}
            {%- endif -%}
            {%- if rules[-1].group != row[3] -%}
                {%- do rules[-1].update({'group': row[3]}) -%}
                {%- do rules[-1].groups.append([]) -%}
            {%- endif -%}
            {%- do rules[-1].groups[-1].append(condition) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(rules) }}
{%- endmacro %}


{% macro rule_metrics() -%}
    {#- What can stand in a rule: every column of int_customer_features, int_customers and the scores, and the
        segment of the labelling methods that are no rules themselves, by `model.column` with its kind:
        number, text, date or truth. -#}
    {%- set metrics, deciding = {}, deciding_rule_sets() -%}
    {%- set kinds = {'string': 'text', 'date': 'date', 'boolean': 'truth'} -%}
    {%- for node in (graph.nodes or {}).values()
        if node.resource_type == 'model' and not node.name.removeprefix('segment_') in deciding -%}
        {%- for column in node.columns.values()
            if column.data_type and column.name not in ['customer_id', 'as_of_date']
            and (node.name in ['int_customer_features', 'int_customers']
                or node.name.startswith(('score_', 'segment_'))) -%}
            {%- do metrics.update({
                node.name ~ '.' ~ column.name: kinds.get(column.data_type, 'number')
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(metrics) }}
{%- endmacro %}


{% macro deciding_rule_sets() -%}
    {#- The sets of rules that decide a segment, segment_<set>: the first rule that a customer meets. -#}
    {{ return(['persona', 'scenario', 'attitude', 'market']) }}
{%- endmacro %}


{% macro rule_sets() -%}
    {#- The sets of rules. Of all but the tags the first rule that is met decides. -#}
    {{ return(deciding_rule_sets() + ['guardrail', 'tag']) }}
{%- endmacro %}


{% macro rule_operators() -%}
    {#- What each operator can be asked of. -#}
    {{ return({
        '=': ['number', 'text', 'date', 'truth'], '<>': ['number', 'text', 'date'],
        '<': ['number', 'date'], '<=': ['number', 'date'], '>': ['number', 'date'], '>=': ['number', 'date'],
        'in': ['text'], 'is_null': ['number', 'text', 'date', 'truth'],
        'is_not_null': ['number', 'text', 'date', 'truth'],
    }) }}
{%- endmacro %}


{% macro rule_value_is_valid(value, kind) -%}
    {%- set patterns = {
        'number': '^-?[0-9]{1,12}([.][0-9]{1,6})?$', 'truth': '^(true|false)$', 'text': '^.{1,200}$',
    } -%}
    {{ return(
        is_real_date(value or '') if kind == 'date'
        else modules.re.match(patterns[kind], value or '') is not none
    ) }}
{%- endmacro %}


{% macro rule_models(rules) -%}
    {#- The models beside int_customer_features whose measures some rules ask for. While parsing, all
        that a rule could ask for are captured. -#}
    {%- if not execute -%}
        {%- set reads = ref('int_customers') -%}
        {%- for method in scoring_methods() %}{% set reads = ref('score_' ~ method) %}{% endfor -%}
        {%- for method in ['rfm', 'rfm_zh', 'lifecycle', 'worth', 'value_loyalty', 'value_engagement', 'cluster'] -%}
            {%- set reads = ref('segment_' ~ method) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set models = [] -%}
    {%- for rule in rules %}{% for group in rule.groups %}{% for condition in group if condition.kind -%}
        {%- do models.append(condition.metric.split('.')[0]) -%}
    {%- endfor %}{% endfor %}{% endfor -%}
    {{ return(models | unique | reject('equalto', 'int_customer_features') | list) }}
{%- endmacro %}
