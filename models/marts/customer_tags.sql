/* One row per customer at the current date and tag: every rule of the seed `rules` that the customer meets,
   not only the first of its set, with the conditions that gave it: of each of its groups that is met. */
{#- Of each tag its rules, group by group: one name may stand in several policies. #}
{% set tags = {} %}
{% for rule_set in rule_sets() if rule_set != 'guardrail' %}
{% for rule in rules_of(rule_set) %}{% for group in rule.groups %}
{% do tags.setdefault((rule_set, rule.rule), []).append(dict(rule, groups=[group])) %}
{% endfor %}{% endfor %}
{% endfor %}
with

met as (

    select
        customer_id,
        {% for (rule_set, rule), groups in tags.items() %}
        case
            /* Customers who have not bought yet have no persona. */
            when {{ 'int_customer_features.purchase_day_count > 0' if rule_set == 'persona' else 'true' }}
                then
                    concat_ws(', '
                        {%- for group in groups %},
                        case when {{ rule_is_met(group) }} then {{ dbt.string_literal(dbt.escape_single_quotes(rule_text(group))) }} end
                        {%- endfor %}
                    )
        end as because_{{ loop.index }},
        {% endfor %}
        as_of_date
    from {{ ref('customer_measures') }}

),

tags as (

    {% for rule_set, rule in tags %}
    select
        {{ loop.index }} as tag_number,
        '{{ rule_set }}' as rule_set,
        {{ dbt.string_literal(dbt.escape_single_quotes(rule)) }} as tag
    union all
    {% endfor %}
    select
        0 as tag_number,
        '' as rule_set,
        '' as tag

),

tagged as (

    select
        met.customer_id,
        met.as_of_date,
        tags.rule_set,
        tags.tag,
        case tags.tag_number
            when 0 then ''
            {% for tag in tags %}
            when {{ loop.index }} then met.because_{{ loop.index }}
            {% endfor %}
            else ''
        end as because
    from met
    cross join tags

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
where tagged.because <> ''
