"""The report: one page that shows what the published export says, for people who decide."""
