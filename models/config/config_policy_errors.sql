/* One row per contradiction within a policy: weights, thresholds, bounds. */
{{ config(schema='audit') }}
with

policies as (

    {{ seed_texts('policies') }}

),

methods as (

    {{ seed_texts('methods') }}

),

weights as (

    select
        policy,
        method,
        try_cast(weight as decimal(18, 6)) as weight
    from ({{ seed_texts('policy_weights') }}) as policy_weights

),

thresholds as (

    select
        policy,
        try_cast(late_ratio as decimal(18, 6)) as late_ratio,
        try_cast(dormant_ratio as decimal(18, 6)) as dormant_ratio,
        try_cast(zero_health_ratio as decimal(18, 6)) as zero_health_ratio
    from ({{ seed_texts('lifecycle_thresholds') }}) as lifecycle_thresholds

),

bounds as (

    select
        bound,
        unit,
        try_cast(value as decimal(18, 6)) as bound_value
    from ({{ seed_texts('gate_bounds') }}) as gate_bounds

),

/* A policy with no row at all is told as well; one with an unreadable weight is told already. */
weight_sums as (

    select
        'policy=' || policies.policy as config_row,
        sum(weights.weight) as weight_sum,
        count(weights.policy) as weight_rows
    from policies
    left join weights on policies.policy = weights.policy
    group by policies.policy
    having count(weights.policy) = count(weights.weight)

)

select
    'seeds/policy_weights.csv' as config_file,
    config_row,
    case
        when weight_rows = 0 then 'the policy has no weights'
        else 'the weights add up to ' || cast(weight_sum as string)
    end as problem,
    'weights that add up to 1' as remedy
from weight_sums
where weight_rows = 0 or abs(weight_sum - 1) > 0.0001
union all
select
    'seeds/policy_weights.csv' as config_file,
    'policy=' || weights.policy || ', method=' || weights.method as config_row,
    'method is "' || weights.method || '", which the variable scoring_methods does not name' as problem,
    'one of: {{ scoring_methods() | join(", ") }}' as remedy
from weights
inner join methods on weights.method = methods.method
where
    weights.method not in (
        {% for method in scoring_methods() %}
        '{{ method }}',
        {% endfor %}
        'no method'
    )
{% for smaller, greater in [('late_ratio', 'dormant_ratio'), ('dormant_ratio', 'zero_health_ratio')] %}
union all
select
    'seeds/lifecycle_thresholds.csv' as config_file,
    {{ config_row(['policy']) }} as config_row,
    '{{ smaller }} is ' || cast({{ smaller }} as string) || ' and {{ greater }} is '
    || cast({{ greater }} as string) as problem,
    'late_ratio < dormant_ratio < zero_health_ratio' as remedy
from thresholds
where {{ smaller }} >= {{ greater }}
{% endfor %}
union all
select
    'seeds/gate_bounds.csv' as config_file,
    'bound=' || blocks.bound as config_row,
    'value is ' || cast(blocks.bound_value as string) || ', but ' || warns.bound || ' is '
    || cast(warns.bound_value as string) as problem,
    'a bound that blocks at or beyond the one that warns' as remedy
from bounds as blocks
inner join bounds as warns on replace(blocks.bound, 'block_', 'warn_') = warns.bound
where blocks.bound_value < warns.bound_value
