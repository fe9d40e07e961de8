{% macro moved_factors(methods, language, comma) -%}
    {#- A text: the methods whose points moved by a tenth or more, and by how much. -#}
    concat_ws(
        '{{ comma }}'
        {%- for method in methods %},
        case
            when abs(compared.{{ method }}_change) >= 0.05
                then concat_ws(
                    '', method_labels.{{ method }}_{{ language }}, ' ',
                    case when compared.{{ method }}_change > 0 then '+' end,
                    {{ one_decimal('compared.' ~ method ~ '_change') }}
                )
        end
        {%- endfor %}
    )
{%- endmacro %}
