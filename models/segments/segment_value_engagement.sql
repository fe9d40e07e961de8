/* One row per customer and scored date: value and engagement, each high or low, in four quadrants. */
{{ matrix_segment('value_engagement') }}
