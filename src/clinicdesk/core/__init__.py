"""The client without a window: session, transport, feed follower, replica, outbox, vault."""
