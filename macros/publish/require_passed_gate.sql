{% macro require_passed_gate() %}{% set gate = ref('customer_tier_gate') %}{% endmacro %}
{% macro record_publication() %}{% endmacro %}
{% macro show_failing_rows(results) %}{% endmacro %}
