/* One row per customer and scored date: value and engagement, each high or low, in four quadrants. */
{{ matrix_segment('value_engagement', ['active_core', 'silent_value', 'engaged_fan', 'bystander']) }}
