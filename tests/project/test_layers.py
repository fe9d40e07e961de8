"""The layers of the house: what a model may read is known from its folder."""

import json

import pytest
from conftest import PROJECT

# From left to right; a model reads from its own folder and those named.
# What a run works out anew is decided in config (run_scope), and asked everywhere.
MAY_READ = {
    "config": {"seeds", "config"},
    "staging": {"sources", "config", "staging", "seeds"},
    "intermediate": {"staging", "intermediate", "seeds", "config"},
    "fits": {"intermediate", "fits", "seeds", "config"},
    "scores": {"intermediate", "fits", "seeds", "scores", "config"},
    "segments": {"scores", "fits", "intermediate", "seeds", "segments"},
    "tiers": {"scores", "segments", "fits", "intermediate", "seeds", "tiers", "config"},
    "evaluation": {
        *("intermediate", "fits", "scores", "segments", "tiers", "seeds", "config", "evaluation"),
    },
    "marts": {
        *("intermediate", "fits", "scores", "segments", "tiers", "evaluation", "seeds", "marts"),
        "config",
    },
    "metrics": {"marts"},
}
# The raw row of a reject is looked up where it is, not carried along with millions of others;
# which loads are new is asked of the raw layer, once it is known who else is forgotten.
EXCEPTIONS = {
    ("run_scope", "sources"),
    ("run_scope", "staging"),
    ("int_rejected_records", "sources"),
}


def layer(unique_id: str, nodes: dict) -> str:
    kind = unique_id.split(".")[0]
    return {"source": "sources", "seed": "seeds"}.get(kind) or nodes[unique_id]["fqn"][1]


def wrong_arrows(manifest: dict) -> list[str]:
    nodes = manifest["nodes"]
    return [
        f"{node['name']} ({layer(unique_id, nodes)}) reads {parent} ({layer(parent, nodes)})"
        for unique_id, node in nodes.items()
        if node["resource_type"] == "model"
        for parent in node["depends_on"]["nodes"]
        if layer(parent, nodes) not in MAY_READ[layer(unique_id, nodes)]
        and (node["name"], layer(parent, nodes)) not in EXCEPTIONS
    ]


@pytest.fixture(scope="module")
def manifest(sample_build) -> dict:
    return json.loads((sample_build.folder / "target" / "manifest.json").read_text())


def test_every_arrow_runs_from_left_to_right(manifest):
    assert wrong_arrows(manifest) == []


def test_an_arrow_to_the_left_is_seen(manifest):
    manifest = json.loads(json.dumps(manifest))
    model = "model.customer_tiering.score_rfm"
    manifest["nodes"][model]["depends_on"]["nodes"].append("model.customer_tiering.customer_tier")
    assert wrong_arrows(manifest) == [
        "score_rfm (scores) reads model.customer_tiering.customer_tier (marts)"
    ]


def test_no_exception_is_left_without_a_use(manifest):
    nodes = manifest["nodes"]
    arrows = {
        (node["name"], layer(parent, nodes))
        for node in nodes.values()
        if node["resource_type"] == "model"
        for parent in node["depends_on"]["nodes"]
    }
    assert arrows >= EXCEPTIONS


def test_every_seed_column_is_documented_and_read_as_text(manifest):
    for node in manifest["nodes"].values():
        if node["resource_type"] == "seed":
            header = (PROJECT / node["original_file_path"]).read_text("utf-8").splitlines()[0]
            columns = header.split(",")
            assert list(node["columns"]) == columns, node["name"]
            # Undeclared types lose leading zeros, and a bad value would never reach its check.
            assert node["config"]["column_types"] == dict.fromkeys(columns, "string"), node["name"]
