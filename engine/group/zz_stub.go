package group

type Gate struct{}
type Ticket struct{}

func NewTicket(wake func(), gates ...*Gate) *Ticket { return &Ticket{} }
func (t *Ticket) Pass() bool                        { return true }
func (t *Ticket) Leave()                            {}
func (t *Ticket) Close()                            {}
