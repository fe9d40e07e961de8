{% macro resolve_versions(source_name, key, latest=none) -%}
    {#- The last CTEs of a staging model: from `records` (typed rows with a reject_reason) to
        `resolved`, the same rows with their `outcome`:

        rejected      it has a reject_reason
        deduplicated  an exact copy, column by column, of an earlier record
        superseded    an older version of its key: the latest `latest` counts, then the last row
        accepted      all others

        Few keys of an export repeat, so only those rows meet a window function. They are looked for in small
        letters, because a code is one; what a model takes for one key, the typed column says.

        Args:
            source_name: the raw source.
            key: columns that identify a record; what is nothing in two records is the same in both.
            latest: column of `records` that says which version is the latest. -#}
    {{- wait_for_config() }}
    {#- A few records stand in the CTE `raw` already; of all of them, only the columns that are asked for
        should be read again. -#}
    {%- set records = source('crm', source_name) if reads_everything() else 'raw' -%}
    repeated_keys as (
        select
            {%- for column in key %}
                lower({{ clean_text(column) }}) as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ records }}
        group by all
        having count(*) > 1
    ),

    copies as (
        select
            raw.source_row,
            row_number() over (
                partition by
                    {%- for column in raw_columns(source_name) %}
                        raw.{{ column }}{{ ',' if not loop.last }}
                    {%- endfor %}
                order by raw.source_row
            ) as copy_number
        from {{ records }} as raw
        inner join repeated_keys
            on {% for column in key %}
                lower({{ clean_text('raw.' ~ column) }}) is not distinct from repeated_keys.{{ column }}
                {{ 'and' if not loop.last }}
            {%- endfor %}
    ),

    versions as (
        select
            records.source_row,
            copies.copy_number,
            row_number() over (
                partition by
                    {%- for column in key %}
                        records.{{ column }}{{ ',' if not loop.last }}
                    {%- endfor %}
                order by
                    case when copies.copy_number = 1 then 0 else 1 end
                    {%- if latest %},
                    coalesce(records.{{ latest }}, timestamp '0001-01-01') desc
                    {%- endif %},
                    records.source_row desc
            ) as version_number
        from records
        inner join copies on records.source_row = copies.source_row
        where records.reject_reason is null
    ),

    resolved as (
        select
            records.*,
            case
                when records.reject_reason is not null then 'rejected'
                when versions.copy_number > 1 then 'deduplicated'
                when versions.version_number > 1 then 'superseded'
                else 'accepted'
            end as outcome
        from records
        left join versions on records.source_row = versions.source_row
    )
{%- endmacro %}


{% macro raw_columns(source_name) -%}
    {#- The contract's columns of a source, as its YAML lists them: what a record says, not its
        number, its load or the style of its file. -#}
    {%- set columns = [] -%}
    {%- for node in (graph.sources or {}).values() if node.source_name == 'crm' and node.name == source_name -%}
        {%- for column in node.columns if column not in ['source_row', 'loaded_in', 'decimal_sign', 'date_order'] -%}
            {%- do columns.append(column) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(columns or ['source_row']) }}
{%- endmacro %}
