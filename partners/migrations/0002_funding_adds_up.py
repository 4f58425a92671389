"""At the end of each transaction the funding lines of an owner add up to its total, to the cent."""

from django.db import migrations

CHECK = """
CREATE FUNCTION partners_funding_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  project bigint; partnership bigint; owner record;
BEGIN
  -- A line that moves touches two owners: both are looked at.
  FOR project, partnership IN
    SELECT DISTINCT * FROM (VALUES
      (CASE TG_TABLE_NAME WHEN 'partners_project' THEN (to_jsonb(NEW)->>'id')::bigint
                          WHEN 'partners_fundingline' THEN (to_jsonb(NEW)->>'project_id')::bigint END,
       CASE TG_TABLE_NAME WHEN 'partners_partnership' THEN (to_jsonb(NEW)->>'id')::bigint
                          WHEN 'partners_fundingline' THEN (to_jsonb(NEW)->>'partnership_id')::bigint END),
      (CASE TG_TABLE_NAME WHEN 'partners_fundingline' THEN (to_jsonb(OLD)->>'project_id')::bigint END,
       CASE TG_TABLE_NAME WHEN 'partners_fundingline' THEN (to_jsonb(OLD)->>'partnership_id')::bigint END)
    ) AS touched
  LOOP
    FOR owner IN
      SELECT 'project ' || p.slug AS name, p.total_budget AS total, sum(l.amount) AS lines
        FROM partners_project p JOIN partners_fundingline l ON l.project_id = p.id
        WHERE p.id = project GROUP BY p.id
      UNION ALL
      SELECT 'partnership ' || s.id, s.budget_total, sum(l.amount)
        FROM partners_partnership s JOIN partners_fundingline l ON l.partnership_id = s.id
        WHERE s.id = partnership GROUP BY s.id
    LOOP
      IF owner.lines IS DISTINCT FROM owner.total THEN
        RAISE EXCEPTION 'funding lines of % add up to %, the total is %',
          owner.name, owner.lines, coalesce(owner.total::text, 'not known')
          USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_funding_adds_up';
      END IF;
    END LOOP;
  END LOOP;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER partners_funding_adds_up
  AFTER INSERT OR UPDATE OR DELETE ON partners_fundingline
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION partners_funding_adds_up();
CREATE CONSTRAINT TRIGGER partners_funding_adds_up
  AFTER UPDATE OF total_budget ON partners_project
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION partners_funding_adds_up();
CREATE CONSTRAINT TRIGGER partners_funding_adds_up
  AFTER UPDATE OF budget_total ON partners_partnership
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION partners_funding_adds_up();
"""

REMOVE = """
DROP TRIGGER partners_funding_adds_up ON partners_fundingline;
DROP TRIGGER partners_funding_adds_up ON partners_project;
DROP TRIGGER partners_funding_adds_up ON partners_partnership;
DROP FUNCTION partners_funding_adds_up();
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]

    operations = [migrations.RunSQL(CHECK, REMOVE)]
