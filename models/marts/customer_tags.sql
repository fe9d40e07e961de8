/* One row per customer at the current date and tag: every rule of the seed `rules` that the customer meets,
   not only the first of its set, with the conditions that gave it: of each of its groups that is met. */
-- depends_on: {{ ref('int_scoring_dates') }}
{% set rules = [] %}
{% for rule_set in rule_sets() if rule_set != 'guardrail' %}
{% for rule in rules_of(rule_set) %}{% for group in rule.groups %}
{% do rules.append(dict(rule, rule_set=rule_set, groups=[group])) %}
{% endfor %}{% endfor %}
{% endfor %}
with

met as (

    select
        int_customer_features.customer_id,
        int_customer_features.as_of_date,
        {% for rule in rules %}
        {{ rule_is_met(rule) }} as rule_{{ loop.index }},
        {% endfor %}
        int_customer_features.purchase_day_count > 0 as has_bought
    from {{ from_rule_metrics(rules, at_current=true) }}

),

rules as (

    {% for rule in rules %}
    select
        {{ loop.index }} as rule_number,
        '{{ rule.rule_set }}' as rule_set,
        {{ dbt.string_literal(dbt.escape_single_quotes(rule.rule)) }} as tag,
        {{ dbt.string_literal(dbt.escape_single_quotes(rule_text(rule))) }} as because
    union all
    {% endfor %}
    select
        0 as rule_number,
        '' as rule_set,
        '' as tag,
        '' as because

),

tagged as (

    select
        met.customer_id,
        met.as_of_date,
        rules.rule_set,
        rules.tag,
        {{ listed('rules.because') }} as because
    from met
    cross join rules
    where
        case rules.rule_number
            when 0 then false
            {% for rule in rules %}
            when {{ loop.index }} then met.rule_{{ loop.index }}
            {% endfor %}
            else false
        end
        and (rules.rule_set <> 'persona' or met.has_bought)
    group by met.customer_id, met.as_of_date, rules.rule_set, rules.tag

),

labels as (

    select
        cast(method as string) as rule_set,
        cast(segment as string) as tag,
        cast(name_en as string) as name_en,
        cast(name_zh as string) as name_zh
    from {{ ref('segment_labels') }}

)

select
    tagged.customer_id,
    tagged.as_of_date,
    tagged.rule_set,
    tagged.tag,
    labels.name_en,
    labels.name_zh,
    tagged.because
from tagged
left join labels on tagged.rule_set = labels.rule_set and tagged.tag = labels.tag
