/* One row per record of the service tickets, with its final outcome: a record of somebody who is neither in
   the CRM's list nor has an order is rejected. */
{{ of_known_customers(
    'stg_tickets', ['ticket_id', 'category', 'priority', 'satisfaction', 'channel'],
    days={'opened_date': 'opened_at', 'closed_date': 'closed_at'}
) }}
