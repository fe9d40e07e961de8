/* One row per contradiction between the settings or the component weights that count for a policy. */
{{ config(schema='audit') }}
with

component_weights as (

    {{ seed_texts('component_weights') }}

),

method_settings as (

    {{ seed_texts('method_settings') }}

),

policies as (

    {{ seed_texts('policies') }}

),

/* What counts for a policy: its own row, else that of the policy default, whose errors are told once. */
{% for seed, part, value in [
    ('component_weights', 'component', 'weight'), ('method_settings', 'setting', 'value'),
] %}
effective_{{ seed }} as (

    select
        policies.policy,
        defaults.method,
        defaults.{{ part }},
        try_cast(coalesce(own.{{ value }}, defaults.{{ value }}) as decimal(18, 6)) as {{ value }},
        max(case when policies.policy = 'default' or own.policy is not null then 1 else 0 end) over (
            partition by policies.policy, defaults.method
        ) = 1 as is_own,
        max(try_cast(coalesce(own.{{ value }}, defaults.{{ value }}) as decimal(18, 6))) over (
            partition by policies.policy, defaults.method
        ) as highest
    from policies
    inner join {{ seed }} as defaults on defaults.policy = 'default'
    left join {{ seed }} as own
        on
            policies.policy = own.policy
            and defaults.method = own.method
            and defaults.{{ part }} = own.{{ part }}

),
{% endfor %}

component_sums as (

    select distinct {{ config_row(['policy', 'method']) }} as config_row
    from effective_component_weights
    where is_own and highest = 0

)

select
    'seeds/method_settings.csv' as config_file,
    {{ config_row(['policy', 'method', 'setting']) }} as config_row,
    'value is ' || value as problem,
    'a whole number of ' || unit as remedy
from method_settings
where
    unit in ('days', 'months', 'clusters', 'customers', 'people', 'roles', 'followers')
    and try_cast(value as decimal(18, 6)) <> floor(try_cast(value as decimal(18, 6)))
{% for method, smaller, greater in ordered_settings() %}
union all
/* Amounts that are all 0 are learned. */
select
    'seeds/method_settings.csv' as config_file,
    'policy=' || low.policy || ', method={{ method }}, setting={{ smaller }}' as config_row,
    'value is ' || cast(low.value as string) || ', but {{ greater }} is ' || cast(high.value as string)
        as problem,
    'values of which {{ smaller }} is below {{ greater }}' as remedy
from effective_method_settings as low
inner join effective_method_settings as high on low.policy = high.policy and low.method = high.method
where
    low.method = '{{ method }}' and low.setting = '{{ smaller }}' and high.setting = '{{ greater }}'
    and low.is_own and low.highest > 0 and low.value >= high.value
{% endfor %}
union all
select
    'seeds/component_weights.csv' as config_file,
    config_row,
    'all weights are 0' as problem,
    'at least one weight above 0' as remedy
from component_sums
