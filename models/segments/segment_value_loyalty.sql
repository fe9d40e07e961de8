/* One row per customer and scored date: value and loyalty, each high or low, in four quadrants (Reinartz and
   Kumar, "The mismanagement of customer loyalty", Harvard Business Review, July 2002). */
{{ matrix_segment('value_loyalty') }}
