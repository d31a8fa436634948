-- The bundled data: {data} is the folder with the files. What a comment says here is what describe_table tells.
CREATE SCHEMA aviation;
CREATE SCHEMA climate;
CREATE SCHEMA economy;
CREATE SCHEMA internal;

CREATE TABLE aviation.airports AS
SELECT iata, name, city, state, country, latitude, longitude FROM read_csv('{data}/airports.csv', all_varchar = false);
COMMENT ON TABLE aviation.airports IS 'Airports of the United States (data.gov)';
COMMENT ON COLUMN aviation.airports.iata IS 'IATA or FAA code; routes name airports by it';

CREATE TABLE aviation.routes AS
SELECT origin, destination, count AS flights FROM read_csv('{data}/routes.csv');
COMMENT ON TABLE aviation.routes IS 'Flights between two airports in 2008 (Bureau of Transportation Statistics)';
COMMENT ON COLUMN aviation.routes.origin IS 'airports.iata';
COMMENT ON COLUMN aviation.routes.destination IS 'airports.iata';
COMMENT ON COLUMN aviation.routes.flights IS 'How many flights in the year';

CREATE TABLE aviation.birdstrikes AS
SELECT
    "Flight Date" AS day, "Airport Name" AS airport, "Origin State" AS state, "Aircraft Make Model" AS aircraft,
    "Aircraft Airline Operator" AS operator, "Phase of flight" AS phase, "Time of day" AS time_of_day, "Wildlife Species" AS species,
    "Wildlife Size" AS size, "Effect Amount of damage" AS damage, "Speed IAS in knots" AS speed_knots,
    "Cost Repair"::DECIMAL(18, 2) AS cost_repair, "Cost Other"::DECIMAL(18, 2) AS cost_other, "Cost Total $"::DECIMAL(18, 2) AS cost_total
FROM read_csv('{data}/birdstrikes.csv.gz');
COMMENT ON TABLE aviation.birdstrikes IS 'Wildlife strikes reported to the FAA, 1990 to 2002; a sample';
COMMENT ON COLUMN aviation.birdstrikes.cost_total IS 'In US dollars';
COMMENT ON COLUMN aviation.birdstrikes.speed_knots IS 'Indicated air speed';

CREATE VIEW aviation.busiest_airports AS
SELECT a.iata, a.name, a.state, sum(r.flights) AS departures
FROM aviation.routes AS r JOIN aviation.airports AS a ON a.iata = r.origin GROUP BY a.iata, a.name, a.state;
COMMENT ON VIEW aviation.busiest_airports IS 'Departures of each airport in 2008';

CREATE TABLE climate.weather AS
SELECT location, date AS day, precipitation, temp_max, temp_min, wind, weather FROM read_csv('{data}/weather.csv');
COMMENT ON TABLE climate.weather IS 'Daily weather of Seattle and New York, 2012 to 2015 (NOAA)';
COMMENT ON COLUMN climate.weather.precipitation IS 'In millimetres';
COMMENT ON COLUMN climate.weather.temp_max IS 'In degrees Celsius';
COMMENT ON COLUMN climate.weather.temp_min IS 'In degrees Celsius';

CREATE TABLE economy.us_employment AS FROM read_csv('{data}/us_employment.csv');
COMMENT ON TABLE economy.us_employment IS 'Monthly employment by sector, seasonally adjusted, in thousands (Bureau of Labor Statistics)';

CREATE TABLE economy.iowa_electricity AS
SELECT year(year) AS year, source, net_generation FROM read_csv('{data}/iowa_electricity.csv');
COMMENT ON TABLE economy.iowa_electricity IS 'Electricity generated in Iowa by source (Energy Information Administration)';
COMMENT ON COLUMN economy.iowa_electricity.net_generation IS 'In thousand megawatt hours';

-- Nobody may read this: it is here so that you can try to.
CREATE TABLE internal.notes AS SELECT 'internal-canary-5b1e' AS note;
CREATE VIEW aviation.notes AS SELECT note FROM internal.notes;
