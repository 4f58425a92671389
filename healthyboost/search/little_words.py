"""Words that say nothing alone: only those of a title are indexed."""

LITTLE_WORDS = {
    "en": frozenset(
        "a an and are as at be been by for from had has have he her his if in into is it its not of "
        "on or our she than that the their them then there these they this those to was we were "
        "which will with you your".split()
    ),
    "lv": frozenset(
        "ar arī bet bija es ir jo jūs ka kas ko kur kura kuras kuri kuru kurus kurā kurām kurš kā "
        "lai mēs ne no par pie pēc sava savas savu savus tas tie tiek to tā tās un uz vai viņa viņi "
        "viņš šis šo šī".split()
    ),
    "fi": frozenset(
        "ei eli että he heidän hän hänen ja jonka jos joka joiden joissa joita jossa jota jotka kuin "
        "kun me meidän mutta myös ne niiden niin niitä olivat olla oli ollut on ovat se sekä sen "
        "siitä sitä tai te tämä tämän tätä".split()
    ),
    "sv": frozenset(
        "att av de dem den deras det då där en ett från för ha hade han har hon i inte med men när "
        "och också om på sig sin sina sitt ska som så till var vi vid än är eller".split()
    ),
    "ru": frozenset(
        "а бы был была было были быть в во вы для до его ее её же за и из или их к как ко которая "
        "которого которой которые который которых ли мы на не но о об от он она они оно по при с "
        "со так то у что эта эти это этот".split()
    ),
}


def is_little(word, language):
    """Whether a word of a query is one of them; OM and IT are abbreviations."""
    return word.lower() in LITTLE_WORDS.get(language, ()) and not word.isupper()
