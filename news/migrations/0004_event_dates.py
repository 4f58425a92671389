"""The date of an event, and when it is over, follow from its sessions, whoever writes them.

`sequence` counts the changes of what a calendar shows (SEQUENCE of iCalendar, RFC 5545 3.8.7.4).
"""

from django.db import migrations

CREATE = r"""
-- The first moment after the last day of a session: of its day, month, season or year.
CREATE FUNCTION news_after(day date, how_well text) RETURNS date LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE how_well
    WHEN 'day' THEN day + 1
    WHEN 'month' THEN (date_trunc('month', day) + interval '1 month')::date
    WHEN 'season' THEN CASE
      WHEN extract(month FROM day) = 12 THEN (date_trunc('year', day) + interval '1 year')::date
      ELSE (date_trunc('year', day)
            + floor(extract(month FROM day) / 3) * interval '3 months' + interval '2 months')::date
      END
    ELSE (date_trunc('year', day) + interval '1 year')::date
  END
$$;

CREATE FUNCTION news_event_dates() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  first news_eventsession; shown jsonb; held text;
BEGIN
  SELECT * INTO first FROM news_eventsession WHERE event_id = NEW.id
    ORDER BY start_date, start_time, position, id LIMIT 1;
  IF first.id IS NOT NULL THEN
    NEW.date := (first.start_date + coalesce(first.start_time, '00:00')) AT TIME ZONE NEW.time_zone;
    NEW.date_precision :=
      CASE WHEN first.start_time IS NULL THEN first.start_date_precision ELSE 'minute' END;
    SELECT max(news_after(coalesce(end_date, start_date), start_date_precision))
        ::timestamp AT TIME ZONE NEW.time_zone INTO NEW.ends_at
      FROM news_eventsession WHERE event_id = NEW.id;
  ELSIF NEW.date IS NULL THEN
    NEW.ends_at := NULL;
  ELSE
    NEW.ends_at := news_after((NEW.date AT TIME ZONE NEW.time_zone)::date,
      CASE NEW.date_precision WHEN 'minute' THEN 'day' ELSE NEW.date_precision END)
      ::timestamp AT TIME ZONE NEW.time_zone;
  END IF;
  SELECT jsonb_object_agg(key, value) INTO shown FROM jsonb_each(to_jsonb(NEW))
    WHERE key ~ '^(date|ends_at|mode|state|time_zone|address|online_url|is_online_url_public|'
      '(title|venue|city|state_note)_[a-z-]+)$';
  SELECT string_agg(session::text, ';' ORDER BY id) INTO held
    FROM news_eventsession AS session WHERE event_id = NEW.id;
  NEW.calendar_hash := md5(shown::text || coalesce(held, ''));
  NEW.sequence := 0;
  IF TG_OP = 'UPDATE' THEN
    NEW.sequence := OLD.sequence + (OLD.calendar_hash <> NEW.calendar_hash)::int;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER news_event_dates BEFORE INSERT OR UPDATE ON news_event
  FOR EACH ROW EXECUTE FUNCTION news_event_dates();

CREATE FUNCTION news_session_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM news_eventsession WHERE event_id = OLD.event_id) THEN
    UPDATE news_event SET date = NULL, date_precision = 'unknown' WHERE id = OLD.event_id;
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    UPDATE news_event SET id = id WHERE id = OLD.event_id;
  END IF;
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NEW.event_id <> OLD.event_id THEN
    UPDATE news_event SET id = id WHERE id = NEW.event_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER news_session_changed AFTER INSERT OR UPDATE OR DELETE ON news_eventsession
  FOR EACH ROW EXECUTE FUNCTION news_session_changed();
"""

REMOVE = """
DROP TRIGGER news_session_changed ON news_eventsession;
DROP TRIGGER news_event_dates ON news_event;
DROP FUNCTION news_session_changed();
DROP FUNCTION news_event_dates();
DROP FUNCTION news_after(date, text);
"""


class Migration(migrations.Migration):
    dependencies = [("news", "0003_events")]
    operations = [migrations.RunSQL(CREATE, REMOVE)]
