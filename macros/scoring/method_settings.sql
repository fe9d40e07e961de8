{#- What the seeds say of how a method works: one row per policy, where what a policy does not say
    itself is taken from the policy `default`. -#}

{% macro method_settings(method, settings) -%}
    {#- A query of one row per policy: `policy` and a double per setting of the seed method_settings. -#}
    select
        cast(policies.policy as string) as policy
        {%- for setting in settings %},
        coalesce(
            max(case when given.policy = policies.policy and given.setting = '{{ setting }}'
                then cast(given.value as double) end),
            max(case when given.policy = 'default' and given.setting = '{{ setting }}'
                then cast(given.value as double) end)
        ) as {{ setting }}
        {%- endfor %}
    from {{ ref('policies') }} as policies
    inner join {{ ref('method_settings') }} as given
        on given.method = '{{ method }}' and given.policy in (policies.policy, 'default')
    group by policies.policy
{%- endmacro %}


{% macro component_weights(method, components) -%}
    {#- A query of one row per policy: `policy` and a double <component>_weight per component of a
        method, by the seed component_weights. -#}
    select
        cast(policies.policy as string) as policy
        {%- for component in components %},
        coalesce(
            max(case when given.policy = policies.policy and given.component = '{{ component }}'
                then cast(given.weight as double) end),
            max(case when given.policy = 'default' and given.component = '{{ component }}'
                then cast(given.weight as double) end)
        ) as {{ component }}_weight
        {%- endfor %}
    from {{ ref('policies') }} as policies
    inner join {{ ref('component_weights') }} as given
        on given.method = '{{ method }}' and given.policy in (policies.policy, 'default')
    group by policies.policy
{%- endmacro %}
