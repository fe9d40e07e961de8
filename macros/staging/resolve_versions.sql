{% macro resolve_versions(source_name, key, latest=none, may_lack=none, by_file=true, describes=false, continues=none) -%}
    {#- The last CTEs of a staging model: from `records` (typed rows; `problem` says why one cannot be used) to
        `resolved`, the same rows with their `outcome` and `reject_reason`:

        rejected      it has a problem, or as conflicting_rows: nothing says which row of its key is the latest
        deduplicated  an exact copy, column by column, of another record; or it adds nothing to that of its key
        superseded    an older version of its key
        accepted      all others

        Few keys of an export repeat, so only those rows meet a window function. They are looked for in small
        letters, because a code is one; what a model takes for one key, the typed column says. A part of a key that
        is nothing equals nothing: such a row is no version of another one.

        Args:
            source_name: the raw source.
            key: columns that identify a record.
            latest: column of `records` that says which version is the latest.
            may_lack: the column of the key that records may lack. Then equal rows of one file are as many records,
                and those that stand in another file as well are copies, as overlapping exports have them.
            by_file: whether a row of a later file is a later version. Not of orders: the lines of one order may
                stand in two files.
            describes: whether rows of one id describe what is there whatever they say: the last one stands where
                nothing says which is the latest, and `is_last_of_several` tells of it. Of copies the last is kept.
            continues: of a source in which only the first row of a record may be filled: the column that is true
                `where` a row is such an empty one, and those in which it must `agree` if it has them. -#}
    {{- wait_for_config() }}
    {#- A few records stand in the CTE `raw` already; of all of them, only the columns asked for are read again.
        Decisions are few, and read before it is known what this run reads. -#}
    {%- set records = source('crm', source_name)
        if source_name != 'identity_decisions' and reads_everything() else 'raw' -%}
    {%- set all_columns = 'raw.' ~ raw_columns(source_name) | join(', raw.') -%}
    {#- Rows of a catalog are of no file. -#}
    {%- set file = '0' if env_var('CRM_SCHEMA', '') else 'floor((%s.source_row - 1) / 1000000000000)' -%}
    {%- set version = ['records.' ~ latest if latest, file | replace('%s', 'records') if by_file] | select | list -%}
    {%- set of_key = 'partition by records.' ~ key | join(', records.') -%}
    {%- set direction = 'desc' if describes else 'asc' -%}
    {%- set is_one_of_several = 'versions.copy_number = 1 and versions.version_rank = 1 and versions.rows_of_version > 1' -%}
    {%- set if_usable = 'case when records.problem is null and copies.copy_number = 1 then' -%}
    repeated_keys as (
        select
            {%- for column in key %}
            {{ key_text('raw', column) }} as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ records }} as raw
        where {% for column in key %}{{ key_text('raw', column) }} is not null{{ ' and ' if not loop.last }}{% endfor %}
        group by all
        having count(*) > 1
    ),

    copies as (
        select
            raw.source_row,
            row_number() over (partition by {{ all_columns }} order by raw.source_row {{ direction }}) as copy_number
        from {{ records }} as raw
        inner join repeated_keys
            on {% for column in key %}{{ key_text('raw', column) }} = repeated_keys.{{ column }}
                {{- ' and ' if not loop.last }}{% endfor %}
    ),

    versions as (
        select
            records.source_row,
            copies.copy_number,
            rank() over (
                {{ of_key }} order by {{ if_usable }} 0 else 1 end
                {%- for part in version + (['records.source_row'] if describes else []) %}, {{ part }} desc nulls last{% endfor %}
            ) as version_rank,
            count({{ if_usable }} 1 end) over ({{ ([of_key] + version) | join(', ') }}) as rows_of_version,
            {{ only_continues(continues, if_usable, of_key) if continues else 'false' }} as adds_nothing
        from records
        inner join copies on records.source_row = copies.source_row
    ),

    {{ keyless_copies(records, all_columns, file, may_lack) if may_lack }}

    resolved as (
        select
            records.*,
            case
                when versions.adds_nothing and records.problem is not null then 'deduplicated'
                when records.problem is not null then 'rejected'
                when versions.copy_number > 1 {{ 'or keyless_copies.copy_number > 1' if may_lack }} then 'deduplicated'
                when versions.version_rank > 1 then 'superseded'
                {{ "when versions.rows_of_version > 1 then 'rejected'" if not describes }}
                else 'accepted'
            end as outcome,
            case
                when versions.adds_nothing and records.problem is not null then null
                when records.problem is not null then records.problem
                {{ 'when ' ~ is_one_of_several ~ " then 'conflicting_rows'" if not describes }}
            end as reject_reason
            {{ ', records.problem is null and ' ~ is_one_of_several ~ ' as is_last_of_several' if describes }}
        from records
        left join versions on records.source_row = versions.source_row
        {%- if may_lack %}
        left join keyless_copies on records.source_row = keyless_copies.source_row
        {%- endif %}
    )
{%- endmacro %}


{% macro only_continues(continues, if_usable, of_key) -%}
    {#- Whether a row only carries on the one record of its key; see resolve_versions. -#}
    records.{{ continues.where }} and count({{ if_usable }} 1 end) over ({{ of_key }}) = 1
    {%- for column in continues.agree %}
            and coalesce(records.{{ column }} = max({{ if_usable }} records.{{ column }} end) over ({{ of_key }}), true)
    {%- endfor %}
{%- endmacro %}


{% macro keyless_copies(records, all_columns, file, may_lack) -%}
    {#- Two CTEs of resolve_versions: rows without a part of their key that stand in another file as well. The third
        such row of a file is a copy of the third one in another file. -#}
    keyless as (
        select
            raw.*,
            row_number() over (
                partition by {{ all_columns }}, {{ file | replace('%s', 'raw') }} order by raw.source_row
            ) as number_in_file
        from {{ records }} as raw
        where
            {{ key_text('raw', may_lack) }} is null
            and exists (select 1 from {{ records }} as later where later.source_row > 1000000000000)
    ),

    keyless_copies as (
        select
            raw.source_row,
            row_number() over (
                partition by {{ all_columns }}, raw.number_in_file order by raw.source_row
            ) as copy_number
        from keyless as raw
    ),
{%- endmacro %}


{% macro key_text(alias, column) -%}
    {%- set value = alias ~ '.' ~ column -%}
    lower({{ clean_id(value) if column.endswith('_id') or column == 'line_number' else clean_text(value) }})
{%- endmacro %}
