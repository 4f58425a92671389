from django.db import migrations

# Every process reads the wordings again, whoever changes them: overlay.py.
TELL = """
CREATE FUNCTION wordings_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('wordings', '');
  RETURN NULL;
END $$;
CREATE TRIGGER wordings_tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON wordings_wording
  FOR EACH STATEMENT EXECUTE FUNCTION wordings_tell();
"""
SILENCE = "DROP TRIGGER wordings_tell ON wordings_wording; DROP FUNCTION wordings_tell();"


class Migration(migrations.Migration):
    dependencies = [("wordings", "0001_wordings")]

    operations = [migrations.RunSQL(TELL, SILENCE)]
