package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"log/slog"

	"github.com/duckdb/duckdb-go/v2"
)

// Function is a Go function that SQL can call: see [Scalar] and [Table].
//
// Arguments and results are bool, Go's integers and floats, string, []byte, time.Time (TIMESTAMP WITH TIME ZONE), slices of these (lists),
// and pointers to any of them. Where a pointer stands, NULL is nil. Where none stands among the arguments of a scalar function, NULL among them
// makes the result NULL without a call.
//
// A function is called by several goroutines at once. Its context is that of the statement. If it returns an error, the statement fails with that
// error, which [errors.Is] and [errors.As] find; if it panics, the statement fails without the panic's text. Texts must be UTF-8.
type Function struct {
	name     string
	volatile bool
	register func(context.Context, *sql.Conn, Function, *slog.Logger) error
}

// Volatile returns the function as one that is called for every row, because its results differ from call to call or because it acts. The
// engine calls others once for constant arguments, perhaps already while it prepares a statement, or not at all if nobody needs the result.
func (f Function) Volatile() Function {
	f.volatile = true
	return f
}

// Scalar makes a function of one argument that SQL calls by its name: for each row, or once for what is constant (see [Function.Volatile]).
func Scalar[A, R any](name string, f func(context.Context, A) (R, error)) Function {
	return scalar[R](name, func(ctx context.Context, v []driver.Value) (R, error) {
		return f(ctx, argument[A](v, 0))
	}, f == nil, valueType[A]())
}

// Scalar0 is [Scalar] without arguments.
func Scalar0[R any](name string, f func(context.Context) (R, error)) Function {
	return scalar[R](name, func(ctx context.Context, _ []driver.Value) (R, error) { return f(ctx) }, f == nil)
}

// Scalar2 is [Scalar] with two arguments.
func Scalar2[A, B, R any](name string, f func(context.Context, A, B) (R, error)) Function {
	return scalar[R](name, func(ctx context.Context, v []driver.Value) (R, error) {
		return f(ctx, argument[A](v, 0), argument[B](v, 1))
	}, f == nil, valueType[A](), valueType[B]())
}

// Scalar3 is [Scalar] with three arguments.
func Scalar3[A, B, C, R any](name string, f func(context.Context, A, B, C) (R, error)) Function {
	return scalar[R](name, func(ctx context.Context, v []driver.Value) (R, error) {
		return f(ctx, argument[A](v, 0), argument[B](v, 1), argument[C](v, 2))
	}, f == nil, valueType[A](), valueType[B](), valueType[C]())
}

// Scalar4 is [Scalar] with four arguments.
func Scalar4[A, B, C, D, R any](name string, f func(context.Context, A, B, C, D) (R, error)) Function {
	return scalar[R](name, func(ctx context.Context, v []driver.Value) (R, error) {
		return f(ctx, argument[A](v, 0), argument[B](v, 1), argument[C](v, 2), argument[D](v, 3))
	}, f == nil, valueType[A](), valueType[B](), valueType[C](), valueType[D]())
}

// scalar makes a function of what calls it with the engine's values.
func scalar[R any](name string, f func(context.Context, []driver.Value) (R, error), missing bool, arguments ...goType) Function {
	result := valueType[R]()
	if missing {
		return Function{name: name}
	}
	return Function{name: name, register: func(_ context.Context, c *sql.Conn, self Function, logger *slog.Logger) error {
		made := &scalarFunction{name: name, config: duckdb.ScalarFuncConfig{Volatile: self.volatile}}
		for _, a := range append(arguments, result) {
			if a.err != nil {
				return a.err
			}
		}
		for _, a := range arguments {
			made.config.InputTypeInfos = append(made.config.InputTypeInfos, a.info)
			made.config.SpecialNullHandling = made.config.SpecialNullHandling || a.nullable
		}
		made.config.ResultTypeInfo = result.info
		made.run = func(running *call, values []driver.Value) (v any, err error) {
			defer guard(name, logger, &err)
			if err := running.ctx.Err(); err != nil {
				return nil, err
			}
			// With pointers among the arguments the engine leaves NULL to the function, which takes it only there.
			for i, a := range arguments {
				if values[i] == nil && !a.nullable {
					return nil, nil //nolint:nilnil // NULL
				}
			}
			r, err := f(running.ctx, values)
			if err != nil {
				return nil, err
			}
			return result.out(r)
		}
		return duckdb.RegisterScalarUDF(c, name, made)
	}}
}

// scalarFunction is a function as the driver wants it.
type scalarFunction struct {
	name   string
	config duckdb.ScalarFuncConfig
	run    func(*call, []driver.Value) (any, error)
}

func (s *scalarFunction) Config() duckdb.ScalarFuncConfig { return s.config }

func (s *scalarFunction) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowContextExecutor: func(ctx context.Context, values []driver.Value) (any, error) {
		running := callOf(ctx)
		v, err := s.run(running, values)
		if err != nil {
			return nil, running.fail(s.name, err)
		}
		return v, nil
	}}
}
