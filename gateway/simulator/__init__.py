"""RingCX, played: whole phone calls as its web services would post them, and what each post means.

It imports nothing else of the gateway: what it expects is its own word, not that of the code it is compared with.
"""
