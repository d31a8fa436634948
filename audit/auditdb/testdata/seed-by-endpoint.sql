  SELECT 
    endpoint,
    COUNT(*) as calls,
    AVG(duration_ms) as avg_duration,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) as p95_duration
  FROM logs
  WHERE type = 'tool'
  GROUP BY endpoint
  ORDER BY calls DESC
