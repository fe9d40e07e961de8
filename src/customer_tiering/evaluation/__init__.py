"""Which method finds what customers do next: measured on past dates, told with its error."""
