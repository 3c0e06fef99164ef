-- 0046_people_version_of_classes: who is in which home class decides what a class teacher may see,
-- so a change there counts for the index of names as well (0045_people_version).
-- Lock: SHARE ROW EXCLUSIVE on two tables, no scan. Undo: DROP the two triggers.
SET LOCAL lock_timeout = '2s';
CREATE TRIGGER people_changed AFTER INSERT OR DELETE OR UPDATE
    OF class, person, role, begins_on, ends_on, left_at ON enrolment
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed AFTER INSERT OR DELETE OR UPDATE
    OF kind, school, school_year, left_at ON school_class
    FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
