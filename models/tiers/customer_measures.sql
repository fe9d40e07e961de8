/* One row per customer at the current date: what every score and segment says of the customer, one column per
   model, `score_rfm.rfm_cell` its measure. Scores and segments are worked out once here, for the candidate,
   customer_360 and the rules. */
-- depends_on: {{ ref('int_scoring_dates') }}
-- depends_on: {{ ref('matrix_axes') }}
-- After the composite: at one time, both would hold their joins in memory.
-- depends_on: {{ ref('tier_composite') }}
{% set measures = current_measures() %}
with

/* Every model has a row for each customer. Left joins, so that an engine keeps each new one in memory, and
   not what has been put together so far, which gets wider with every join. */
side_by_side as (

    select
        {% for name, columns in measures.items() %}
        {{ struct_of(name, columns) }} as {{ name }},
        {% endfor %}
        int_customer_features.customer_id,
        int_customer_features.as_of_date
    from {{ at_current_date('int_customer_features') }} as int_customer_features
    {% for name in measures if name != 'int_customer_features' %}
    left join {{ ref(name) if name == 'int_customers' else at_current_date(name) }} as {{ name }}
        on int_customer_features.customer_id = {{ name }}.customer_id
    {% endfor %}

)

select
    {% for matrix in matrices() %}
    {{ matrix_quadrant(matrix) }} as {{ matrix }},
    {% endfor %}
    {% for rule_set in deciding_rule_sets() %}
    {{ rule_segment(rule_set) }} as {{ rule_set }},
    {% endfor %}
    {{ nps_class() }} as nps_class,
    side_by_side.*
from side_by_side
