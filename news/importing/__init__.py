"""An old newsletter, Markdown or HTML, taken apart into the draft of an issue.

    flattening  what was uploaded or pasted to plain blocks: headings and what stands below them
    days        the days that a text names, in five languages
    people      people and organisations that a text names; addresses that may not be taken over
    splitting   blocks to Rows: what each would become
    storing     Rows to the drafts of an issue, its events and its people
    forms       what is asked
    screens     the two screens of the admin: bring it in, look at what was made of it

Nothing is stored before a person has said what to keep, and nothing stored is public.
"""
