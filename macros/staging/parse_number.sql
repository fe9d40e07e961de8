{% macro parse_number(column, scale=4) -%}
    {#- A decimal(18, scale) of a text; null where it cannot be read.
        Read: 1234.5, 1.2E3, 1,234.50, ¥1,234, 12元, (12.00) as -12, full-width digits.
        Not read: 1,23 and 1.234,50: a comma counts only where it groups thousands.
        A currency sign is decoration; the column `currency` says the currency.
        Patterns say what is a number, and the cast only reads it: DuckDB alone would take "-" for
        0 and 1_000 for 1000. -#}
    {%- set narrow -%}
        translate({{ trimmed(column) }}, '０１２３４５６７８９．，－＋（）', '0123456789.,-+()')
    {%- endset -%}
    {%- set bare = replace_all(narrow, '[¥￥$€£元 ]|CNY|RMB|USD|EUR', '') -%}
    {%- set signed = replace_all(bare, '^[(]([0-9.,]+)[)]$', '-\\1') -%}
    {#- Each step once: what stands twice would be worked out for every row, not for the few
        that are no plain numbers. -#}
    coalesce(
        try_cast(
            case when {{ matches(column, '^[-+]?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?$') }} then {{ column }} end
            as decimal(18, {{ scale }})
        ),
        try_cast(
            replace(
                {{ first_group(
                    signed, '^([-+]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)([.][0-9]*)?|[-+]?[.][0-9]+)$'
                ) }}, ',', ''
            ) as decimal(18, {{ scale }})
        )
    )
{%- endmacro %}


{% macro number_problem(column, parsed) -%}
    {#- Why a number of a record cannot be used; null where it can, or where there is none. -#}
    case
        when {{ parsed }} is null
            then case when {{ clean_text(column) }} is not null then 'unparsable_amount' end
    end
{%- endmacro %}
