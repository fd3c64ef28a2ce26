from django.db import migrations

from aura.tenancy.operations import SecureTenantTables

SYSTEM = "(workspace_id IS NULL AND current_setting('app.system', true) = 'on')"

# Composite keys do not bind rows without a workspace, so steps hang on their job by this one as well.
STEP_OF_JOB = """
ALTER TABLE jobs_jobstep ADD CONSTRAINT jobs_jobstep_job_fk
  FOREIGN KEY (job_id) REFERENCES jobs_job (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""

# Lane limits hold over all workspaces, whose rows the app role cannot see: these functions give it a number, no more.
COUNT = """
CREATE FUNCTION aura_lane_count(asked_lane text, asked_states text[], most integer) RETURNS integer
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT count(*)::integer FROM (
      SELECT 1 FROM public.jobs_job WHERE lane = asked_lane AND state = ANY (asked_states) LIMIT most
    ) AS found
  $$
"""
FINISHED = """
CREATE FUNCTION aura_lane_finished(asked_lane text, seconds integer) RETURNS integer
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT count(*)::integer FROM public.jobs_job
    WHERE lane = asked_lane AND finished_at > statement_timestamp() - make_interval(secs => seconds)
  $$
"""
FUNCTIONS = ("aura_lane_count(text, text[], integer)", "aura_lane_finished(text, integer)")


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        SecureTenantTables("Job", "JobStep", also_writable=SYSTEM),
        migrations.RunSQL(STEP_OF_JOB, "ALTER TABLE jobs_jobstep DROP CONSTRAINT jobs_jobstep_job_fk"),
        migrations.RunSQL(COUNT, f"DROP FUNCTION {FUNCTIONS[0]}"),
        migrations.RunSQL(FINISHED, f"DROP FUNCTION {FUNCTIONS[1]}"),
        *(migrations.RunSQL(f"ALTER FUNCTION {name} OWNER TO aura_staff", "") for name in FUNCTIONS),
    ]
