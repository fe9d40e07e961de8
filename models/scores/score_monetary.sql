/* One row per customer and scored date: net revenue in the window and nothing else, the traditional
   baseline that the other methods have to beat. Against amounts that the policy fixes (settings
   amount_1 to amount_5, where scores of 20 to 100 start) or, where it fixes none, against the
   published percentiles of the business line. */
{% set fractions = ['p20', 'p40', 'p60', 'p80', 'p95'] %}
with

features as (

    select * from {{ ref('int_customer_features') }}

),

learned as (

    select * from {{ ref('fit_cut_points') }}
    where measure = 'net_revenue'

),

settings as (

    {{ method_settings('monetary', ['amount_1', 'amount_2', 'amount_3', 'amount_4', 'amount_5']) }}

),

compared as (

    select
        features.customer_id,
        features.as_of_date,
        features.order_count,
        features.net_revenue,
        features.purchase_day_count > 0 as has_bought,
        {% for fraction in fractions %}
        case
            when settings.amount_5 > 0 then cast(settings.amount_{{ loop.index }} as decimal(18, 4))
            else learned.{{ fraction }}
        end as amount_{{ loop.index }},
        {% endfor %}
        settings.amount_5 > 0 as is_fixed
    from features
    left join learned
        on
            features.as_of_date = learned.as_of_date
            and features.business_line = learned.business_line
    left join settings on features.policy = settings.policy

)

select
    customer_id,
    as_of_date,
    net_revenue,
    case
        when order_count > 0
            then {{ round_double('cast(net_revenue as double) / order_count', 2) }}
    end as average_order_amount,
    case when has_bought and is_fixed then 'fixed' when has_bought then 'learned' end as amounts_source,
    case
        when has_bought
            then 1 + {{ count_below('net_revenue', ['amount_1', 'amount_2', 'amount_3', 'amount_4']) }}
    end as amount_tier,
    case
        when has_bought
            then {{ round_double(share_score(
                'net_revenue', ['amount_1', 'amount_2', 'amount_3', 'amount_4', 'amount_5']
            ), 2) }}
    end as score
from compared
