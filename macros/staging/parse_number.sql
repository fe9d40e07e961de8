{% macro parse_number(column, scale=4, decimal_sign='decimal_sign', is_money=false) -%}
    {#- A decimal(18, scale) of a text; null where it cannot be read in one way only.
        Read: 1234.5, 1.2E3, 1,234.50, 1 234.50, (12.00) as -12, full-width digits; in a file whose values prove
        that the comma is the decimal sign 1.234,50, 99,90 and 1.500 as 1500; of money also ¥1,234, 12元, USD 5.
        Not read: 1,23 elsewhere; 0,500 for 500, as no group of thousands begins with 0; 12 34, which is two.
        Patterns say what is a number, and the cast only reads it: DuckDB alone would take "-" for
        0 and 1_000 for 1000.

        Args:
            decimal_sign: an expression: `.`, `,`, or `either` where the values of a file contradict each other.
            is_money: whether a currency may stand before or behind the number; currency_in says which. -#}
    {%- set narrow = "case when not " ~ matches(column, blanks_that_group_nothing()) ~ " then "
        ~ narrow_number(column) ~ " end" -%}
    {%- set bare = replace_all(
        narrow, '^([-+(]?)' ~ currency_pattern() ~ '([-+]?)|' ~ currency_pattern() ~ '([)]?)$', '\\1\\3\\5'
    ) if is_money else narrow -%}
    {%- set signed = replace_all(bare, '^[(]([0-9.,]+)[)]$', '-\\1') -%}
    {#- The comma groups and the point divides from here on. -#}
    {%- set one_way = "case " ~ decimal_sign ~ " when ',' then translate(" ~ signed ~ ", '.,', ',.') when 'either' then "
        ~ replace_all(signed, '^[-+]?[1-9][0-9]{0,2}[.,][0-9]{3}$', '') ~ ' else ' ~ signed ~ ' end' -%}
    {#- Each step once: what stands twice would be worked out for every row, not for the few
        that are no plain numbers. -#}
    coalesce(
        try_cast(
            case when {{ matches(column, '^[-+]?[0-9]+([eE][-+]?[0-9]+)?$') }} or (
                coalesce({{ decimal_sign }}, '.') = '.'
                and {{ matches(column, '^[-+]?[0-9]*[.][0-9]+([eE][-+]?[0-9]+)?$') }}
            ) then {{ column }} end
            as decimal(18, {{ scale }})
        ),
        try_cast(
            replace(
                {{ first_group(
                    one_way, '^([-+]?([1-9][0-9]{0,2}(,[0-9]{3})+|[0-9]+)([.][0-9]*)?|[-+]?[.][0-9]+)$'
                ) }}, ',', ''
            ) as decimal(18, {{ scale }})
        )
    )
{%- endmacro %}


{% macro number_problem(column, parsed, may_be_negative=true) -%}
    {#- Why a number of a record cannot be used; null where it can, or where there is none. -#}
    case
        when {{ parsed }} is null and not {{ is_nothing(column) }} then
            case
                when
                    decimal_sign = 'either'
                    and {{ matches(narrow_number(column), '^[^0-9]*[1-9][0-9]{0,2}[.,][0-9]{3}[^0-9]*$') }}
                    then 'ambiguous_amount'
                else 'unparsable_amount'
            end
        when abs({{ parsed }}) >= {{ var('largest_amount') }} then 'out_of_range'
        {%- if not may_be_negative %}
        when {{ parsed }} < 0 then 'out_of_range'
        {%- endif %}
    end
{%- endmacro %}


{% macro blanks_that_group_nothing() -%}
    {#- A pattern of digits with a blank or an apostrophe between them that do not divide groups of three. -#}
    {%- set digit, point = '[0-9０-９]', '[.,．，]' -%}
    {%- set blanks = " \t\r\n\u00a0\u202f\u2009\u3000' || chr(39) || '’" -%}
    {%- set gap = '[' ~ blanks ~ ']+' -%}
    {{ return(
        digit ~ gap ~ '(' ~ digit ~ '{1,2}([^0-9０-９]|$)|' ~ digit ~ '{4}|' ~ point ~ ')|' ~ point ~ gap ~ digit
        ~ '|(' ~ digit ~ '{4}|' ~ point ~ digit ~ '+|(^|[^0-9０-９' ~ blanks ~ '])[0０]' ~ digit ~ '*)' ~ gap ~ digit
    ) }}
{%- endmacro %}


{% macro narrow_number(column) -%}
    {#- Digits and signs of full width as narrow ones, without blanks and apostrophes between groups. -#}
    translate(
        {{ column }}, '０１２３４５６７８９．，－＋（）' || chr(39) || '’{{ " \t\r\n\u00a0\u202f\u2009\u3000" }}', '0123456789.,-+()'
    )
{%- endmacro %}


{% macro currency_pattern() -%}
    {#- What may stand beside an amount: a sign, perhaps of a country (HK$), or three letters. A group. -#}
    {{ return('([A-Za-z]{0,3}[$]|[¥￥€£₹₩₽₺₫₱฿元圆円]|[A-Za-z]{3})') }}
{%- endmacro %}


{% macro dollars() -%}
    {{ return(['USD', 'AUD', 'CAD', 'NZD', 'HKD', 'SGD', 'TWD', 'MXN', 'ARS', 'CLP', 'COP', 'BRL']) }}
{%- endmacro %}


{% macro currency_in(column) -%}
    {#- The currency that stands in an amount: a code, `$` or `¥` where only the record or the business can say
        whose, null where there is none, and what stands there where nobody knows it. Sign and code together,
        as in $10 USD, are the code where they fit. -#}
    {%- set signs = "upper(" ~ replace_all(narrow_number(column), '[-+0-9.,()]', '') ~ ")" -%}
    case
        when not {{ matches(column, '^[-+]?[0-9.,]+([eE][-+]?[0-9]+)?$') }} and not {{ is_nothing(column) }} then
            case {{ signs }}
                when '' then cast(null as string)
                when 'E' then cast(null as string)
                {%- for written, currency in {
                    '$': '$', '¥': '¥', '￥': '¥', '元': 'CNY', '圆': 'CNY', 'RMB': 'CNY', '円': 'JPY', '€': 'EUR', '£': 'GBP', '₹': 'INR',
                    '₩': 'KRW', '₽': 'RUB', '₺': 'TRY', '₫': 'VND', '₱': 'PHP', '฿': 'THB', 'US$': 'USD', 'HK$': 'HKD',
                    'NT$': 'TWD', 'A$': 'AUD', 'AU$': 'AUD', 'C$': 'CAD', 'CA$': 'CAD', 'S$': 'SGD', 'SG$': 'SGD',
                    'NZ$': 'NZD', 'R$': 'BRL', 'MX$': 'MXN',
                }.items() %}
                when '{{ written }}' then '{{ currency }}'
                {%- for code in (dollars() if currency == '$' else ['CNY', 'JPY'] if currency == '¥' else [currency]) %}
                when '{{ written ~ code }}' then '{{ code }}'
                when '{{ code ~ written }}' then '{{ code }}'
                {%- endfor %}
                {%- endfor %}
                else {{ signs }}
            end
    end
{%- endmacro %}


{% macro fits_currency(sign, currency) -%}
    {#- Whether what currency_in found can mean a currency. -#}
    case {{ sign }}
        when '$' then {{ currency }} in ('{{ dollars() | join("', '") }}')
        when '¥' then {{ currency }} in ('CNY', 'JPY')
        else {{ sign }} = {{ currency }}
    end
{%- endmacro %}


{% macro currency_code(column) -%}
    {#- A code of three letters; in China people write RMB for CNY. -#}
    replace(replace(upper({{ clean_code(column) }}), 'RMB', 'CNY'), '人民币', 'CNY')
{%- endmacro %}


{% macro currency_of(currency, sign) -%}
    {#- The currency of a record: the one that it names, else the one in its amount, else null for the reporting
        currency. Where it names two, currency_problem tells. -#}
    coalesce(
        {{ currency }},
        case
            when {{ fits_currency(sign, "'" ~ setting('reporting_currency') ~ "'") }} then null
            when {{ sign }} = '$' then 'USD'
            when {{ sign }} = '¥' then 'CNY'
            else {{ sign }}
        end
    )
{%- endmacro %}


{% macro currency_problem(sign, currency=none) -%}
    {#- An amount in another currency than the record says; where no column can say it, than the reporting one. -#}
    {%- set in_force = currency or "'" ~ setting('reporting_currency') ~ "'" -%}
    case
        when {{ sign }} is not null and not {{ fits_currency(sign, in_force) }} then 'contradictory_currency'
    end
{%- endmacro %}
