"""What is shown side by side at the current date is what the views of scores and segments say."""

import pytest

LABELLED = {
    "lifecycle": "lifecycle_stage",
    "rfm": "rfm_segment",
    "rfm_zh": "rfm_zh_segment",
    "value_loyalty": "value_loyalty_segment",
    "value_engagement": "value_engagement_segment",
    "market": "market_segment",
    **{name: name for name in ("persona", "scenario", "cluster", "attitude", "worth")},
}
KEYS = {"customer_id", "as_of_date", "policy"}
# Shown where they have been shown to be probabilities: tests/evaluation/test_evaluation_builds.py.
PROBABILITIES = {"buy_probability_30_days", "churn_probability_90_days", "p_alive"}


def columns(build, schema: str, name: str) -> set[str]:
    query = "select column_name from duckdb_columns() where schema_name = ? and table_name = ?"
    return {column for (column,) in build.rows(query, [schema, name])}


def differing(build, view: str, pairs: dict[str, str]) -> int:
    """Customers of whom customer_360 says anything else than a view; pairs: its column, theirs."""
    unequal = " or ".join(f"shown.{one} is distinct from said.{two}" for one, two in pairs.items())
    ((count,),) = build.rows(
        f"select count(*) from marts.customer_360 as shown full join (from {view} where as_of_date"
        " = (select max(as_of_date) from marts.customer_360)) as said using (customer_id)"
        f" where shown.as_of_date is null or said.as_of_date is null or {unequal}"
    )
    return count


def test_every_score_is_the_one_of_its_view(sample_build):
    views = sample_build.rows(
        "select view_name from duckdb_views() where schema_name = 'scores' and not internal"
        " and view_name like 'score%'"
    )
    shown = columns(sample_build, "marts", "customer_360")
    assert len(views) == 14
    compared = set()
    for (view,) in views:
        said = columns(sample_build, "scores", view)
        # A component may have the name of another method's score.
        shared = {column for column in (shown & said) - KEYS if not column.endswith("_score")}
        pairs = {column: column for column in shared - PROBABILITIES}
        pairs[f"{view.removeprefix('score_')}_score"] = "score"
        assert differing(sample_build, f"scores.{view}", pairs) == 0, view
        compared |= set(pairs) | (shared & PROBABILITIES)
    # No score of a view is left out; what else there is are segments, names and the tier.
    rest = {column.removesuffix("_en").removesuffix("_zh") for column in shown - compared - KEYS}
    assert rest - set(LABELLED.values()) == {
        *("tier_code", "tier_name", "composite_score", "tier_since", "tree_leaf"),
        *("nps_class", "market_priority", "permitted_channels", "refused_channels"),
        *("record_count", "system_count", "expected_revenue_90_days", "next_category"),
    }


def test_the_rule_of_the_tree_is_the_one_of_its_view(sample_build):
    pairs = {"tree_leaf": "segment", "tree_leaf_en": "rule_en", "tree_leaf_zh": "rule_zh"}
    pairs["expected_revenue_90_days"] = "expected_revenue_90_days"
    assert differing(sample_build, "segments.segment_tree", pairs) == 0


@pytest.mark.parametrize("method", LABELLED)
def test_every_segment_is_the_one_of_its_view(sample_build, method):
    pairs = {LABELLED[method]: "segment"}
    if method == "attitude":
        pairs["nps_class"] = "nps_class"
    assert differing(sample_build, f"segments.segment_{method}", pairs) == 0


def test_a_difference_is_seen(sample_build):
    assert differing(sample_build, "scores.score_rfm", {"lifecycle_score": "score"}) > 0


def test_who_has_a_persona_by_a_rule_has_its_tag_and_the_reason(sample_build):
    found = sample_build.rows(
        "select count(*), count(tags.because), count(nullif(tags.because, ''))"
        " from marts.customer_360 as shown left join marts.customer_tags as tags"
        " on shown.customer_id = tags.customer_id and tags.rule_set = 'persona'"
        " and shown.persona = tags.tag"
        " where shown.persona not in ('prospect', 'everyday_shopper')"
    )
    ((customers, reasons, filled),) = found
    assert customers == reasons == filled > 0


def test_of_several_groups_each_one_that_is_met_is_said(sample_build):
    ((wrong, both),) = sample_build.rows(
        """
        with said as (
            select
                tags.because,
                concat_ws(
                    ', ',
                    case
                        when engagement.engagement_level = 'slipping'
                            then 'engagement_level = slipping'
                    end,
                    case when growth.growth_path = 'declining' then 'growth_path = declining' end
                ) as expected
            from marts.customer_tags as tags
            inner join scores.score_engagement as engagement using (customer_id, as_of_date)
            inner join scores.score_growth as growth using (customer_id, as_of_date)
            where tags.tag = 'slipping_away'
        )

        select
            count(*) filter (because is distinct from expected),
            count(*) filter (expected like '%, %')
        from said
        """
    )
    assert wrong == 0 < both
