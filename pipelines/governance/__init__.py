"""Where data may go: the policy, what it allows, and the transport that lets nothing else out."""
