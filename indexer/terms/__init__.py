"""Terms: what medicine calls a thing, in English and in Chinese, and which names mean the same.

A **concept** is what several **forms** mean: preferred terms, synonyms and abbreviations in both languages (`concept`).
Concepts come from three kinds of sources: ours (`ours`, in `data/`), tables that an operator loads in their published
form (`tables`), and what a collection teaches about its own words (`learned`).
"""
