"""What `make build` says at its end."""

from customer_tiering.summary import summary


def test_the_summary_names_files_tiers_and_rejects(sample_build):
    said = summary(sample_build.export)
    assert "Tiers as of 2026-10-18" in said
    assert "customer_tier.csv " in said and "make build\n" in said
    columns = "source, rows_rejected, rows_in"
    for source, rejected, rows in sample_build.rows(
        f"select {columns} from marts.row_reconciliation where rows_rejected > 0"
    ):
        assert f"{rejected:,} of {rows:,} {source}" in said
