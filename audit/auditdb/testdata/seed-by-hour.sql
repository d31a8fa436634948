  SELECT 
    endpoint,
    DATE_TRUNC('hour', timestamp) as hour,
    AVG(duration_ms) as avg_response_time,
    COUNT(*) as requests,
    SUM(CASE WHEN status = 'error' THEN 1 ELSE 0 END) as errors
  FROM logs
  WHERE type = 'tool'
  GROUP BY endpoint, hour
  ORDER BY hour DESC, avg_response_time DESC
