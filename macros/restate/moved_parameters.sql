{% macro moved_parameters(parameters, kind) -%}
    {#- A query of the scored dates at which a parameter is not the one that the last finished run
        published in scoring_parameters, or is there no more.
        Args:
            parameters: the table or view of the parameters as they are now.
            kind: which of them are meant, as a condition. -#}
    select coalesce(now.as_of_date, before.as_of_date) as as_of_date
    from (select * from {{ parameters }} where {{ kind }}) as now
    full outer join (
        select *
        from {{ table_of('marts', 'scoring_parameters') }}
        where {{ kind }} and as_of_date in (select scored.as_of_date from {{ ref('int_scoring_dates') }} as scored)
    ) as before
        on
            now.as_of_date = before.as_of_date
            and now.business_line = before.business_line
            and now.method = before.method
            and now.parameter = before.parameter
    where cast(now.value as decimal(18, 6)) is distinct from before.value
{%- endmacro %}
