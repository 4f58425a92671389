"""Words by which a text is judged: links that say nothing, and what tells one language from another."""

import re

# The whole words of a link that say nothing of where it leads, in whatever language the page is.
EMPTY_LINK_WORDS = {
    "en": """here, click here, click, press here, read here, see here, look here, more here, more,
        read more, read more here, see more, learn more, find out more, show more, continue,
        continue reading, this, this link, link, this page, download here, open here""",
    "lv": """šeit, te, šajā saitē, šo saiti, saite, šī saite, spied šeit, spiediet šeit, klikšķini šeit,
        klikšķiniet šeit, noklikšķini šeit, noklikšķiniet šeit, lasi šeit, lasiet šeit, lasīt šeit,
        skati šeit, skatiet šeit, skatīt šeit, skaties šeit, atrodams šeit, pieejams šeit, vairāk,
        vairāk šeit, lasi vairāk, lasiet vairāk, lasīt vairāk, lasi tālāk, lasīt tālāk, skatīt vairāk,
        uzzini vairāk, uzziniet vairāk, uzzināt vairāk, plašāk, lejupielādē šeit""",
    "fi": """täältä, täällä, tästä, tässä, tänne, tämä, linkki, tämä linkki, linkistä, tästä linkistä,
        klikkaa, klikkaa tästä, klikkaa tätä, klikkaa tähän, klikkaa täältä, paina tästä, lue tästä,
        lue täältä, katso tästä, katso täältä, lisää, lisää täältä, lue lisää, lue lisää täältä,
        lue lisää tästä, katso lisää, näytä lisää, jatka lukemista, lataa tästä, lataa täältä""",
    "sv": """här, hit, på länken, länk, länken, denna länk, den här länken, klicka här, klicka, tryck här,
        läs här, se här, hämta här, ladda ner här, mer, mer här, läs mer, läs mer här, läs vidare,
        se mer, visa mer, fortsätt läsa, ta reda på mer""",
    "ru": """здесь, тут, сюда, ссылка, эта ссылка, по ссылке, по этой ссылке, нажмите здесь,
        нажмите сюда, жмите сюда, кликните здесь, щёлкните здесь, щелкните здесь, смотрите здесь,
        читайте здесь, скачать здесь, далее, ещё, еще, подробнее, подробнее здесь, читать далее,
        читать дальше, читать подробнее, узнать больше, узнать подробнее, больше, показать ещё""",
}
EMPTY_LINKS = {
    " ".join(words.split()) for each in EMPTY_LINK_WORDS.values() for words in each.split(",")
}

# Small words that no text of a few sentences does without, and that the other languages lack.
SMALL_WORDS = {
    "en": "the of and is are was were with for this that from has have been by which they",
    "lv": "un ir ar par no uz kas arī bija ka tika kā pēc lai gan tās tiek pie nav šo",
    "fi": "ja on oli että ovat myös sekä joka kun tai ei se hän olivat vuonna siitä kanssa jotka eri",
    "sv": "och att det som är på av för med till den inte har ett om var från eller också kan",
    "ru": "и в на с по не что для из как это при от был были также или его их",
}
LANGUAGE_OF = {word: code for code, words in SMALL_WORDS.items() for word in words.split()}
ENOUGH = 6  # small words of another language
TIMES = 3  # as many of it as of the language that it should be


def language_seen(words, expected):
    """The code of another language in which `words` seem to be written; '' where nothing says so."""
    seen = dict.fromkeys(SMALL_WORDS, 0)
    for word in re.findall(r"[^\W\d_]+", words.lower()):
        if word in LANGUAGE_OF:
            seen[LANGUAGE_OF[word]] += 1
    likely = max(seen, key=seen.get)
    is_clear = seen[likely] >= max(ENOUGH, TIMES * seen.get(expected, 0))
    return likely if likely != expected and is_clear else ""
