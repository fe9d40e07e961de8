"""The raw contract: which sources we read and which columns each one has.

Every value is text until staging. A missing optional source arrives as an empty
table; a missing optional column arrives as nulls; a missing required column is an
input error. `models/staging/_staging__sources.yml` describes the same columns for people.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One raw source.

    Attributes:
        name: what the field calls it; also the file name without its ending.
        required: columns that a file of this source must have.
        optional: columns that we read where they are present.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that staging reads, required ones first."""
        return self.required + self.optional


def _source(name: str, required: str, optional: str) -> Source:
    return Source(name, tuple(required.split()), tuple(optional.split()))


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Which columns are numbers and which are dates, whatever the source: by their values a file shows
# how it writes them.
NUMBERS = _names(
    "acquisition_cost amount answer cost discount_amount discount_rate duration_minutes followers"
    " list_price monthly_amount quantity rate satisfaction unit_cost unit_price"
)
DATES = _names(
    "answered_at birth_date cancelled_at closed_at created_at ends_at expected_close_at launched_at"
    " measured_at occurred_at opened_at ordered_at referred_at refunded_at renews_at requested_at"
    " started_at starts_at touched_at updated_at valid_from valid_until"
)
# Of these, no value may be shown.
PERSONAL_DATES = frozenset({"birth_date"})

# Without orders there is nothing to tier; every other source is optional.
REQUIRED_SOURCES = frozenset({"orders"})

# People who asked to be forgotten. This source is read by nobody but the raw layer, which keeps
# their records out of every other one.
DELETIONS = "deletions"

# By which of its columns a record belongs to such a person; a referral belongs to two.
FORGOTTEN_BY = {
    "customers": "customer_id",
    "orders": "customer_id",
    "order_items": "order_id",
    "refunds": "customer_id",
    "interactions": "customer_id",
    "events": "customer_id",
    "tier_overrides": "customer_id",
    "tickets": "customer_id",
    "campaign_touches": "customer_id",
    "opportunities": "customer_id",
    "subscriptions": "customer_id",
    "surveys": "customer_id",
    "referrals": "customer_id referred_customer_id",
    "social_profiles": "customer_id",
}

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        _source(
            "customers",
            "customer_id",
            "name email phone customer_type business_line industry company_size region city"
            " birth_date gender acquisition_channel acquisition_cost owner created_at updated_at",
        ),
        _source(
            "orders",
            "order_id customer_id ordered_at amount",
            "status order_type discount_amount currency channel business_line campaign_id"
            " updated_at",
        ),
        _source(
            "order_items",
            "order_id product_id quantity unit_price",
            "line_number unit_cost discount_amount",
        ),
        _source(
            "products",
            "product_id",
            "product_name category launched_at list_price unit_cost",
        ),
        _source(
            "refunds",
            "refund_id customer_id refunded_at amount",
            "order_id currency reason",
        ),
        _source(
            "interactions",
            "interaction_id customer_id occurred_at channel",
            "kind direction outcome duration_minutes",
        ),
        _source(
            "events",
            "event_id customer_id occurred_at event_type",
            "product_id session_id properties",
        ),
        _source("fx_rates", "currency valid_from rate", ""),
        _source("tier_overrides", "customer_id tier_code reason author valid_from valid_until", ""),
        _source(
            "tickets",
            "ticket_id customer_id opened_at",
            "closed_at category priority satisfaction channel",
        ),
        _source(
            "campaigns",
            "campaign_id",
            "campaign_name kind channel starts_at ends_at cost discount_rate",
        ),
        _source(
            "campaign_touches",
            "touch_id customer_id campaign_id touched_at",
            "channel outcome",
        ),
        _source(
            "opportunities",
            "opportunity_id customer_id created_at stage",
            "amount currency closed_at expected_close_at contact_roles updated_at",
        ),
        _source(
            "subscriptions",
            "subscription_id customer_id started_at",
            "plan monthly_amount currency renews_at cancelled_at updated_at",
        ),
        _source("surveys", "response_id customer_id answered_at question answer", "survey_id"),
        _source("referrals", "referral_id customer_id referred_at", "referred_customer_id outcome"),
        _source("social_profiles", "customer_id platform followers", "measured_at"),
        _source("deletions", "customer_id", "requested_at"),
    )
}
