"""What a firm pays for: subscriptions to board tracks, their invoices, and what Stripe says of them."""
