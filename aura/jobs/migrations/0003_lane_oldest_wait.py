from django.db import migrations

OLDEST = """
CREATE FUNCTION aura_lane_oldest_wait(asked_lane text) RETURNS double precision
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT extract(epoch FROM clock_timestamp() - min(next_at))::double precision FROM public.jobs_job
    WHERE lane = asked_lane AND state IN ('pending', 'queued') AND next_at <= clock_timestamp()
  $$
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_row_level_security")]

    operations = [
        migrations.RunSQL(OLDEST, "DROP FUNCTION aura_lane_oldest_wait(text)"),
        migrations.RunSQL("ALTER FUNCTION aura_lane_oldest_wait(text) OWNER TO aura_staff", ""),
    ]
