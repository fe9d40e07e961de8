{% macro variable_errors() -%}
    {#- The variables of dbt_project.yml (or --vars) that cannot be used: rows for config_literals. -#}
    {%- set re = modules.re -%}
    {%- set methods, types = var('scoring_methods'), var('no_sale_types') -%}
    {%- set run_day = (run_date() | trim).split("'")[1] -%}
    {%- set as_of_date = var('as_of_date') | string -%}
    {%- set periods, days = var('history_periods') | string, var('lookback_days') | string -%}
    {%- set weight = '^-?[0-9]{1,2}([.][0-9]{1,2})?$' -%}
    {%- set horizons = var('evaluation_horizons') -%}
    {%- set largest = var('largest_amount') | string -%}
    {%- set judged = [
        ('as_of_date', as_of_date in ['latest', 'today'] or is_real_date(as_of_date),
            'latest, today or a date such as 2024-01-31'),
        ('as_of_date', not is_real_date(as_of_date) or not is_real_date(run_day) or as_of_date <= run_day,
            'a date that is not after the run date, ' ~ run_day),
        ('run_date', var('run_date') == 'today' or is_real_date(var('run_date') | string),
            'today or a date such as 2024-01-31'),
        ('history_periods', re.match('^[0-9]{1,3}$', periods) and (periods | int) <= 120,
            'a whole number from 0 to 120'),
        ('period', var('period') in ['month', 'week', 'day'], 'month, week or day'),
        ('lookback_days', re.match('^[0-9]{1,4}$', days) and 1 <= (days | int) <= 3660,
            'a whole number from 1 to 3660'),
        ('business_time_zone', var('business_time_zone') in modules.pytz.all_timezones,
            'a name of the tz database, such as Asia/Shanghai, Europe/Berlin or UTC'),
        ('reporting_currency', re.match('^(?!RMB)[A-Z]{3}$', var('reporting_currency') | string),
            'three capital letters, such as EUR, and CNY for RMB'),
        ('date_order', var('date_order') in ['proven', 'dmy', 'mdy'], 'proven, dmy or mdy'),
        ('negative_orders', var('negative_orders') in ['refund', 'reject'], 'refund or reject'),
        ('zero_orders', var('zero_orders') in ['sale', 'no_sale'], 'sale or no_sale'),
        ('no_sale_types', is_list(types) and types | reject('string') | list == [] and '' not in types | map('trim'),
            'a list of texts, such as [gift_card, top_up], or []'),
        ('largest_amount', re.match('^[0-9]{4,13}([.][0-9]{1,4})?$', largest)
            and 1000 <= (largest | float) <= 1000000000000,
            'a number from 1000 to 1000000000000'),
        ('likely_join_weight', re.match(weight, var('likely_join_weight') | string), 'a number from -99.99 to 99.99'),
        ('likely_review_weight', re.match(weight, var('likely_review_weight') | string)
            and (not re.match(weight, var('likely_join_weight') | string)
                or (var('likely_review_weight') | float) <= (var('likely_join_weight') | float)),
            'a number from -99.99, and not above likely_join_weight'),
        ('evaluation_horizons', is_list(horizons) and 0 < (horizons | length) == (evaluation_horizons() | length),
            'a list of whole numbers of days from 1 to 9999, each once, such as [30, 90, 180, 365]'),
        ('accept_jump_because', var('accept_jump_because') is string,
            'a reason in words, or an empty text'),
        ('scoring_methods', is_list(methods) and 0 < (methods | length) == (scoring_methods() | length),
            'a list of methods, each once, such as [rfm, lifecycle, contribution]'),
    ] -%}
    {%- set errors = [] -%}
    {%- for name, is_right, remedy in judged if not is_right -%}
        {%- set found = 'empty' if var(name) in [none, ''] else '"' ~ var(name) ~ '"' -%}
        {%- do errors.append(('dbt_project.yml', 'vars: ' ~ name, name ~ ' is ' ~ found, remedy)) -%}
    {%- endfor -%}
    {{ return(errors) }}
{%- endmacro %}


{% macro is_list(value) -%}
    {{ return(value is sequence and value is not string and value is not mapping) }}
{%- endmacro %}


{% macro is_real_date(text) -%}
    {#- Whether a text is a date of the calendar, YYYY-MM-DD. -#}
    {%- if not modules.re.match('^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-[0-9]{2}$', text) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set year, month, day = text[:4] | int, text[5:7] | int, text[8:] | int -%}
    {%- set date = modules.datetime.date -%}
    {%- set next_month = date(year + month // 12, month % 12 + 1, 1) -%}
    {{ return(1 <= day <= (next_month - date(year, month, 1)).days) }}
{%- endmacro %}


{% macro scoring_methods() -%}
    {#- The variable of that name without what cannot be the name of a method, or stands twice, so
        that the project can be parsed and config_errors can say what is wrong. A name without
        its model score_<name> is told by dbt itself, which looks for the model while it parses. -#}
    {%- set methods = [] -%}
    {%- for method in (var('scoring_methods') if is_list(var('scoring_methods')) else [])
        if modules.re.match('^[a-z][a-z0-9_]*$', method | string) and method not in methods -%}
        {%- do methods.append(method) -%}
    {%- endfor -%}
    {{ return(methods) }}
{%- endmacro %}
