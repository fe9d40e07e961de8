/* One row per contradiction in the weights of likely matches: probabilities that cannot be. */
{{ config(schema='audit') }}
with

weights as (

    select
        level,
        try_cast(m_probability as double) as m_probability,
        try_cast(u_probability as double) as u_probability
    from ({{ seed_texts('identity_weights') }}) as identity_weights

)

{% for comparison in likely_comparisons() %}
{% for name in ['m_probability', 'u_probability'] %}
select
    'seeds/identity_weights.csv' as config_file,
    'level={{ comparison.column }}_same, {{ comparison.column }}_near, {{ comparison.column }}_other' as config_row,
    '{{ name }} adds up to ' || cast(cast(sum({{ name }}) as decimal(9, 2)) as string) as problem,
    'probabilities that add up to 1: two records agree to one of these levels' as remedy
from weights
where level in ('{{ comparison.column }}_same', '{{ comparison.column }}_near', '{{ comparison.column }}_other')
having count({{ name }}) = 3 and abs(sum({{ name }}) - 1) > 0.01
union all
{% endfor %}
{% endfor %}
select
    'seeds/identity_weights.csv' as config_file,
    'level=prior' as config_row,
    'm_probability and u_probability add up to '
    || cast(cast(m_probability + u_probability as decimal(9, 2)) as string) as problem,
    'probabilities that add up to 1: any two records are of one person, or are not' as remedy
from weights
where level = 'prior' and abs(m_probability + u_probability - 1) > 0.01
