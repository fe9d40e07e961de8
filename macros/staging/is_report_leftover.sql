{% macro is_report_leftover(id) -%}
    {#- Whether what stands for an id is a total or a footer of a report: such a word, or three words and more. The
        record must lack what else one has, too, before it is taken for one. -#}
    coalesce({{ matches(id, '^((?i)((grand|sub|report|overall)[ -]?)?total(s|e|en|i)?([ :.(].*)?|sum|summe|gesamt(summe)?|somme|suma|'
        ~ '(合|总|小|總)(计|計|数|數).*|(本页|本頁).*|(制表|打印|导出|報表|报表).*|count|average|page [0-9]+.*|.*all rights reserved.*|'
        ~ 'copyright.*|confidential.*|(generated|exported|printed|created|filtered|source|as of)[ :].*|[(]?[0-9,]+ (rows?|records?).*|'
        ~ '[^ ]+( [^ ]+){2,})$') }}, false)
{%- endmacro %}
