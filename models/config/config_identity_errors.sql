/* One row per contradiction in the weights of likely matches: probabilities that cannot be. */
{{ config(schema='audit') }}
with

weights as (

    select
        {{ first_group('level', '^(.*)_(same|near|other)$') }} as comparison,
        level,
        try_cast(m_probability as double) as m_probability,
        try_cast(u_probability as double) as u_probability
    from ({{ seed_texts('identity_weights') }}) as identity_weights

),

sums as (

    select
        comparison,
        count(*) as levels,
        cast(sum(m_probability) as decimal(9, 2)) as m_sum,
        cast(sum(u_probability) as decimal(9, 2)) as u_sum
    from weights
    where comparison <> ''
    group by comparison

)

{% for letter in ['m', 'u'] %}
select
    'seeds/identity_weights.csv' as config_file,
    'level=' || comparison || '_same, _near, _other' as config_row,
    '{{ letter }}_probability adds up to ' || cast({{ letter }}_sum as string) as problem,
    'probabilities that add up to 1: two records agree to one of these levels' as remedy
from sums
where levels = 3 and {{ letter }}_sum not between 0.99 and 1.01
union all
{% endfor %}
select
    'seeds/identity_weights.csv' as config_file,
    'level=prior' as config_row,
    'm_probability and u_probability add up to '
    || cast(cast(m_probability + u_probability as decimal(9, 2)) as string) as problem,
    'probabilities that add up to 1: any two records are of one person, or are not' as remedy
from weights
where level = 'prior' and m_probability + u_probability not between 0.99 and 1.01
