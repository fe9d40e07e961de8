{% macro tell_reading(results) -%}
    {#- At the end of a run that has counted what it read: a line for each source with records, whatever became of the
        run itself. -#}
    {%- set counted = [] -%}
    {%- for result in results if result.node.name == 'int_row_counts' and result.status == 'success' -%}
        {%- do counted.append(result.node) -%}
    {%- endfor -%}
    {%- if execute and counted and flags.WHICH in ['build', 'run', 'retry'] -%}
        {%- set outcomes = ['accepted', 'rejected', 'in_conflict', 'deduplicated', 'superseded', 'excluded', 'forgotten'] -%}
        {%- set lines = ['', 'Records read, by source 各来源的读取行数:'] -%}
        {%- for row in run_query(
            'select * from ' ~ table_of('intermediate', 'int_row_counts') ~ ' where rows_in > 0 order by source'
        ).rows -%}
            {%- set parts = [] -%}
            {%- for outcome in outcomes if row['rows_' ~ outcome] or outcome == 'accepted' -%}
                {%- do parts.append('{:,} '.format(row['rows_' ~ outcome] | int) ~ outcome | replace('_', ' ')) -%}
            {%- endfor -%}
            {%- do lines.append('  {:<18}{:>10,}: '.format(row['source'], row['rows_in'] | int) ~ parts | join(', ')) -%}
        {%- endfor -%}
        {%- do lines.append(
            'Amounts that name no currency are read as ' ~ setting('reporting_currency')
            ~ ', and all are published in it; days are those of the time zone ' ~ setting('business_time_zone') ~ '.'
        ) -%}
        {%- do lines.append(
            '未写明币种的金额按 ' ~ setting('reporting_currency') ~ ' 读取，所有金额都以该币种发布；日期按时区 '
            ~ setting('business_time_zone') ~ ' 划分。'
        ) -%}
        {%- do log(lines | join('\n'), info=true) -%}
    {%- endif -%}
{%- endmacro %}
