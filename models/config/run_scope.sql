/* One row: what this run has to work out anew, and why. A day's run reads the new records and
   rewrites what they can have changed; where that cannot be known, everything. */
{{ config(materialized='table') }}
-- depends_on: {{ ref('identities_forgotten') }}
{{- wait_for_config() }}
{% set settings = [] %}
{% for name in ['period', 'lookback_days', 'date_order', 'negative_orders', 'zero_orders', 'no_sale_types',
    'largest_amount', 'scoring_methods', 'calibrates_today'] %}
{% do settings.append(name ~ '=' ~ var(name)) %}
{% endfor %}
{% for name in ['business_time_zone', 'reporting_currency'] %}
{% do settings.append(name ~ '=' ~ setting(name)) %}
{% endfor %}
{% do settings.append('folder=' ~ folder_setting('date_order')) %}
{% set missing = missing_tables() %}
{#- The models themselves are rules, too. -#}
{% for node in (graph.nodes or {}).values()
    if node.resource_type == 'model' and node.package_name == 'customer_tiering' %}
{% do settings.append(node.checksum.checksum) %}
{% endfor %}
with

rules as (

    select
        '{{ local_md5(settings | sort | join(" ")) }}'
        {#- What the gate accepts changes no measure. #}
        {% for seed in config_rules() if seed != 'accepted_calibrations' %}
        || '/' || ({{ fingerprint(ref(seed)) }})
        {% endfor %} as rules_fingerprint

),

last_finished as (

    select *
    from {{ audit_table('finished_runs') }}
    where build_number = (select max(runs.build_number) from {{ audit_table('finished_runs') }} as runs)

),

unfinished as (

    select count(*) as runs
    from {{ audit_table('builds') }}
    where
        changes_the_past
        and invocation_id <> '{{ invocation_id }}'
        and build_number > (select coalesce(max(last_finished.build_number), 0) from last_finished)

),

loads as (

    select
        max(loads.load) as last_load,
        max(
            case
                when
                    loads.load > coalesce(last_finished.last_load, 0)
                    and (
                        (
                            loads.kind = 'replaced'
                            and loads.source in ('{{ record_keys() | join("', '") }}') -- noqa: LT05
                        )
                        or loads.source in ('products', 'fx_rates', 'campaigns', 'deletions')
                    )
                    then loads.source
            end
        ) as replaced_source,
        max(
            case
                when loads.load > coalesce(last_finished.last_load, 0) and loads.source = 'deletions' then 1
            end
        ) as new_deletions
    from {{ source('crm', 'source_loads') }} as loads
    left join last_finished on 1 = 1

),

judged as (

    select
        rules.rules_fingerprint,
        loads.last_load,
        loads.replaced_source,
        /* Where loads have no numbers, what was asked for long ago is taken for new. */
        loads.new_deletions is not null
        or (loads.last_load is null and exists (select 1 from {{ source('crm', 'deletions') }}))
            as has_new_deletions,
        ({{ fingerprint(source('crm', 'deletions')) }}) as deletions_fingerprint,
        last_finished.last_load as last_load_before,
        case
            when {{ flags.FULL_REFRESH }} then 'it was asked for (--full-refresh)'
            when last_finished.invocation_id is null then 'no run has finished before'
            when {{ missing | length }} > 0
                then 'the tables {{ missing | join(", ") }} are gone'
            when last_finished.rules_fingerprint <> rules.rules_fingerprint
                then 'rules, settings or models have changed'
            when last_finished.run_date > {{ run_date() }} then 'the run date is earlier than the last one'
            /* By which rules it read its records, and how far it came, is not known. */
            when unfinished.runs > 0 then 'the run before did not finish'
        end as why_everything
    from rules
    cross join unfinished
    cross join loads
    left join last_finished on 1 = 1

)

select
    '{{ invocation_id }}' as invocation_id,
    {{ run_date() }} as run_date,
    rules_fingerprint,
    last_load,
    last_load_before,
    has_new_deletions,
    deletions_fingerprint,
    why_everything,
    coalesce(
        why_everything,
        'the source ' || replaced_source || ' was given anew',
        case when last_load_before is null then 'loads of raw data have no numbers here' end
    ) as why_all_records
from judged
